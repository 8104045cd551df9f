import type { Int64 } from '../../entities/int64.ts'
import type { Run } from '../../entities/run.ts'
import { experimentNumber, fitsColumn } from '../experiment-number.ts'
import type { Page } from '../search/page.ts'
import { createPageToken, readPageToken } from '../search/page-token.ts'
import { compileRunSearch } from '../search/run-search.ts'
import { commaSeparated, type Sql, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { WORKSPACE } from '../workspace.ts'
import { readRuns } from './run-reader.ts'
import { findInSqlite, pageOfRuns, type RunRowSearch } from './run-row-search.ts'
import { requirePageSize } from './search-page.ts'
import { paddedLists } from './statement-sizes.ts'
import type { RunRow } from './tracking-rows.ts'
import { stagesOf, type ViewType } from './view-type.ts'

export interface RunSearch {
  readonly experimentIds: readonly string[]
  /** In MLflow's search language. */
  readonly filter?: string | undefined
  readonly viewType?: ViewType | undefined
  /** From 1 to 50000; 1000 where it is left out. */
  readonly maxResults?: number | undefined
  /** In MLflow's search language: the runs that started last, first, where it is empty. */
  readonly orderBy?: readonly string[] | undefined
  readonly pageToken?: string | undefined
}

const USUAL_PAGE = 1000

/** A page of the runs of some experiments, as `_search_runs` of MLflow 3.17.2's store finds them. */
export async function searchRuns(session: SqlSession, search: RunSearch): Promise<Page<Run>> {
  const { maxResults = USUAL_PAGE } = search
  requirePageSize(maxResults)
  const compiled = compileRunSearch(session.dialect, search)
  const offset = readPageToken(search.pageToken)
  const experiments = await experimentsOf(session, search.experimentIds)
  if (experiments.length === 0) return { items: [], nextPageToken: undefined }
  const rows = await findRows(session, {
    compiled,
    scope: among(experiments, search.viewType),
    limit: maxResults + 1,
    offset,
  })
  return {
    items: await readRuns(session, rows.slice(0, maxResults)),
    nextPageToken: rows.length > maxResults ? createPageToken(offset + maxResults) : undefined,
  }
}

function among(experiments: readonly Int64[], viewType: ViewType | undefined): Sql {
  return sql`"runs"."experiment_id" IN (${commaSeparated(experiments)})
    AND "runs"."lifecycle_stage" IN (${commaSeparated(stagesOf(viewType))})`
}

function findRows(session: SqlSession, search: RunRowSearch): Promise<readonly RunRow[]> {
  return session.dialect === 'sqlite' ? findInSqlite(session, search) : session.all(pageOfRuns(search))
}

/** The experiments of these ids that are there. @throws ServingError INVALID_PARAMETER_VALUE */
async function experimentsOf(session: SqlSession, ids: readonly string[]): Promise<readonly Int64[]> {
  const numbers = ids.map(experimentNumber).filter((id) => fitsColumn(session, id))
  const found = new Set<Int64>()
  for (const list of paddedLists(numbers)) {
    const rows = await session.all<{ experiment_id: Int64 }>(sql`
      SELECT "experiment_id" FROM "experiments"
      WHERE "workspace" = ${WORKSPACE} AND "experiment_id" IN (${commaSeparated(list)})`)
    for (const { experiment_id } of rows) found.add(experiment_id)
  }
  return [...found]
}
