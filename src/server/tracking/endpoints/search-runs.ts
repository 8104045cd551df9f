import { SearchRuns, SearchRunsResponse } from '../../../protocols/mlflow-rest/messages/runs.ts'
import { isArray, isArrayOfTexts, isIntLike, isText } from '../../../protocols/mlflow-rest/request-rules.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { runMessage } from './runs.ts'
import { atMost } from './search-limits.ts'

const search = endpoint({
  verb: 'POST',
  path: '/2.0/mlflow/runs/search',
  access: 'read',
  request: SearchRuns,
  rules: {
    experiment_ids: [isArray],
    filter: [isText],
    max_results: [isIntLike, atMost(50_000)],
    order_by: [isArray, isArrayOfTexts],
  },
  reply: SearchRunsResponse,
  handle: async ({ tracking }, { runViewType, ...request }) => {
    const { items, nextPageToken } = await tracking.runs.search({ ...request, viewType: runViewType })
    return { runs: items.map(runMessage), nextPageToken }
  },
})

export const searchRunsEndpoints: readonly Endpoint[] = [search]
