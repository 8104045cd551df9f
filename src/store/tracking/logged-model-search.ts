import { invalidParameter } from '../../core/errors.ts'
import type { LoggedModelWithData } from '../../entities/logged-model.ts'
import { experimentNumber, fitsColumn } from '../experiment-number.ts'
import { compileLoggedModelSearch } from '../search/logged-model-search.ts'
import type { Page } from '../search/page.ts'
import { commaSeparated, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { WORKSPACE } from '../workspace.ts'
import { createLoggedModelPageToken, readLoggedModelPageToken } from './logged-model-page-token.ts'
import { type LoggedModelRow, readLoggedModels } from './logged-model-rows.ts'
import type { LoggedModelSearch } from './logged-model-store.ts'

const DEFAULT_PAGE = 50
/** MLflow has no limit; a client that asks for more gets a token with its page. */
const LONGEST_PAGE = 10_000

/** A page of the logged models of some experiments, as `search_logged_models` of MLflow 3.17.2's store finds them. */
export async function searchLoggedModels(
  session: SqlSession,
  search: LoggedModelSearch,
): Promise<Page<LoggedModelWithData>> {
  requireDatasetNames(search)
  const offset = readLoggedModelPageToken(search)
  const experimentIds = search.experimentIds.map(experimentNumber).filter((id) => fitsColumn(session, id))
  const { where, orderBy } = compileLoggedModelSearch(session.dialect, search)
  if (experimentIds.length === 0) return { items: [], nextPageToken: undefined }
  const limit = Math.min(search.maxResults || DEFAULT_PAGE, LONGEST_PAGE)
  // MLflow answers a negative page size with a token and no models.
  const size = Math.max(limit, 0)
  const rows = await session.all<LoggedModelRow>(sql`
    SELECT "logged_models".* FROM "logged_models"
    WHERE "logged_models"."experiment_id" IN (${commaSeparated(experimentIds)})
      AND "logged_models"."lifecycle_stage" <> 'deleted'
      AND EXISTS (SELECT 1 FROM "experiments" WHERE "experiments"."workspace" = ${WORKSPACE}
        AND "experiments"."experiment_id" = "logged_models"."experiment_id")
      AND (${where})
    ORDER BY ${orderBy} LIMIT ${size + 1} OFFSET ${offset}`)
  const more = rows.length > size || limit < 0
  return {
    items: await readLoggedModels(session, rows.slice(0, size)),
    nextPageToken: more ? createLoggedModelPageToken(search, Math.max(offset + limit, 0)) : undefined,
  }
}

function requireDatasetNames({ datasets = [] }: LoggedModelSearch): void {
  if (datasets.every(({ datasetName }) => datasetName !== '')) return
  throw invalidParameter('`dataset_name` in the `datasets` clause must be specified.')
}
