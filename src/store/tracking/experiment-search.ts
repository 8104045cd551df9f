import type { Experiment } from '../../entities/experiment.ts'
import { compileExperimentSearch } from '../search/experiment-search.ts'
import type { Page } from '../search/page.ts'
import { createPageToken, readPageToken } from '../search/page-token.ts'
import { commaSeparated, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { WORKSPACE } from '../workspace.ts'
import { readExperiments } from './experiment-queries.ts'
import { requirePageSize } from './search-page.ts'
import type { ExperimentRow } from './tracking-rows.ts'
import { stagesOf, type ViewType } from './view-type.ts'

export interface ExperimentSearch {
  /** In MLflow's search language. */
  readonly filter?: string | undefined
  readonly viewType?: ViewType | undefined
  /** From 1 to 50000. */
  readonly maxResults: number
  /** In MLflow's search language: the experiments that were made last, first, where it is empty. */
  readonly orderBy?: readonly string[] | undefined
  readonly pageToken?: string | undefined
}

/** A page of experiments, as `_search_experiments` of MLflow 3.17.2's store finds them. */
export async function searchExperiments(
  session: SqlSession,
  search: ExperimentSearch,
): Promise<Page<Experiment>> {
  const { maxResults } = search
  requirePageSize(maxResults)
  const { where, orderBy } = compileExperimentSearch(session.dialect, search)
  const offset = readPageToken(search.pageToken)
  const rows = await session.all<ExperimentRow>(sql`
    SELECT "experiments".* FROM "experiments"
    WHERE "experiments"."workspace" = ${WORKSPACE}
      AND "experiments"."lifecycle_stage" IN (${commaSeparated(stagesOf(search.viewType))}) AND ${where}
    ORDER BY ${orderBy} LIMIT ${maxResults + 1} OFFSET ${offset}`)
  return {
    items: await readExperiments(session, rows.slice(0, maxResults)),
    nextPageToken: rows.length > maxResults ? createPageToken(offset + maxResults) : undefined,
  }
}
