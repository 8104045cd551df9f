import {
  SearchExperiments,
  SearchExperimentsResponse,
} from '../../../protocols/mlflow-rest/messages/experiments.ts'
import { isArray, isIntLike, isText } from '../../../protocols/mlflow-rest/request-rules.ts'
import { type Endpoint, endpoint, type Verb } from '../endpoint.ts'
import { experimentMessage } from './experiments.ts'

function search(verb: Verb): Endpoint {
  return endpoint({
    verb,
    path: '/2.0/mlflow/experiments/search',
    access: 'read',
    request: SearchExperiments,
    rules: {
      view_type: [isIntLike],
      max_results: [isIntLike],
      order_by: [isArray],
      filter: [isText],
      page_token: [isText],
    },
    reply: SearchExperimentsResponse,
    handle: async ({ tracking }, { maxResults = 0, ...request }) => {
      const { items, nextPageToken } = await tracking.experiments.search({ ...request, maxResults })
      return { experiments: items.map(experimentMessage), nextPageToken }
    },
  })
}

export const searchExperimentsEndpoints: readonly Endpoint[] = [search('POST'), search('GET')]
