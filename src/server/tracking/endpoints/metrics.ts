import { invalidParameter } from '../../../core/errors.ts'
import type { Metric as MetricEntity } from '../../../entities/metric.ts'
import type { Incoming } from '../../../protocols/mlflow-rest/message.ts'
import { Empty } from '../../../protocols/mlflow-rest/messages/empty.ts'
import {
  GetMetricHistory,
  GetMetricHistoryBulkInterval,
  GetMetricHistoryBulkIntervalResponse,
  GetMetricHistoryResponse,
  LogBatch,
  LogMetric,
  type Metric,
} from '../../../protocols/mlflow-rest/messages/metrics.ts'
import {
  isArray,
  isFloatLike,
  isIntLike,
  isText,
  required,
} from '../../../protocols/mlflow-rest/request-rules.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { requiredFields } from './batch-rules.ts'
import { getHistoryBulk } from './history-bulk.ts'
import { itemsAreTexts, MAX_RESULTS_PER_RUN, withinSampleSize, withRunLimit } from './history-rules.ts'
import { runIdOf } from './runs.ts'
import { toTag } from './to-tag.ts'

const RUNS = '/2.0/mlflow/runs'
const METRICS = '/2.0/mlflow/metrics'

const logMetric = endpoint({
  verb: 'POST',
  path: `${RUNS}/log-metric`,
  access: 'write',
  request: LogMetric,
  rules: {
    run_id: [required, isText],
    key: [required, isText],
    value: [required, isFloatLike],
    timestamp: [isIntLike, required],
    step: [isIntLike],
    model_id: [isText],
    dataset_name: [isText],
    dataset_digest: [isText],
  },
  reply: Empty,
  handle: async ({ tracking }, request) => {
    await tracking.metrics.log(runIdOf(request), toMetric(request))
    return {}
  },
})

const logBatch = endpoint({
  verb: 'POST',
  path: `${RUNS}/log-batch`,
  access: 'write',
  request: LogBatch,
  rules: {
    run_id: [isText, required],
    metrics: [isArray, ...requiredFields('metrics', ['key', 'value', 'timestamp'])],
    params: [isArray, ...requiredFields('params', ['key'])],
    tags: [isArray, ...requiredFields('tags', ['key'])],
  },
  reply: Empty,
  handle: async ({ tracking }, { runId = '', metrics, params, tags }) => {
    const batch = { metrics: metrics.map(toMetric), params: params.map(toTag), tags: tags.map(toTag) }
    await tracking.runs.logBatch(runId, batch)
    return {}
  },
})

const getHistory = endpoint({
  verb: 'GET',
  path: `${METRICS}/get-history`,
  access: 'read',
  request: GetMetricHistory,
  rules: { run_id: [isText, required], metric_key: [isText, required], page_token: [isText] },
  reply: GetMetricHistoryResponse,
  handle: async ({ tracking }, { metricKey = '', maxResults, pageToken, ...ids }) => {
    if (maxResults !== undefined && maxResults <= 0) {
      throw invalidParameter(
        `Invalid value ${maxResults} for parameter 'max_results' supplied. It must be a positive integer.`,
      )
    }
    const query = { runId: runIdOf(ids), metricKey, maxResults, pageToken }
    const { items: metrics, nextPageToken } = await tracking.metrics.history(query)
    return { metrics, nextPageToken }
  },
})

const getHistoryBulkInterval = endpoint({
  verb: 'GET',
  path: `${METRICS}/get-history-bulk-interval`,
  access: 'read',
  request: GetMetricHistoryBulkInterval,
  rules: {
    run_ids: [required, isArray, itemsAreTexts, withRunLimit],
    metric_key: [required, isText],
    start_step: [isIntLike],
    end_step: [isIntLike],
    max_results: [isIntLike, withinSampleSize],
  },
  reply: GetMetricHistoryBulkIntervalResponse,
  handle: async ({ tracking }, request) => {
    const { runIds, metricKey = '', maxResults = MAX_RESULTS_PER_RUN } = request
    const query = { runIds, metricKey, maxResults, steps: stepsOf(request) }
    return { metrics: await tracking.metrics.sample(query) }
  },
})

export const metricEndpoints: readonly Endpoint[] = [
  logMetric,
  logBatch,
  getHistory,
  getHistoryBulk,
  getHistoryBulkInterval,
]

function stepsOf({ startStep: first, endStep: last }: Incoming<typeof GetMetricHistoryBulkInterval>) {
  if (first === undefined && last === undefined) return undefined
  if (first === undefined || last === undefined) {
    throw invalidParameter('If either start step or end step are specified, both must be specified.')
  }
  if (first <= last) return { first, last }
  throw invalidParameter(
    `end_step must be greater than start_step. Found start_step=${first} and end_step=${last}.`,
  )
}

type MetricFields = Pick<
  Incoming<typeof Metric>,
  'key' | 'value' | 'timestamp' | 'step' | 'modelId' | 'datasetName' | 'datasetDigest'
>

/** What was not sent is what protobuf reads it as: the empty text, or 0. */
function toMetric({ key = '', value = 0, timestamp = 0, step = 0, ...about }: MetricFields): MetricEntity {
  return {
    key,
    value,
    timestamp,
    step,
    modelId: about.modelId || undefined,
    datasetName: about.datasetName || undefined,
    datasetDigest: about.datasetDigest || undefined,
  }
}
