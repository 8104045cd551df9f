import { invalidParameter } from '../../../core/errors.ts'
import type { Int64 } from '../../../entities/int64.ts'
import type { MetricOfRun } from '../../../entities/metric.ts'
import { pythonCompactJson } from '../../../protocols/mlflow-rest/python-compact-json.ts'
import type { RequestSource } from '../../../protocols/mlflow-rest/rest-request.ts'
import type { Endpoint } from '../endpoint.ts'

const MAX_RUNS = 100
const MAX_RESULTS = 25_000

/** Histories of one metric of several runs, for the charts of MLflow's UI. Not a message: it answers plain JSON. */
export const getHistoryBulk: Endpoint = {
  verb: 'GET',
  path: '/2.0/mlflow/metrics/get-history-bulk',
  ajaxOnly: true,
  access: 'read',
  answer: async ({ tracking }, _, source) => {
    const query = queryOf(source)
    const metrics = await tracking.metrics.histories(query)
    return `{"metrics":[${metrics.map(metricJson).join(',')}]}\n`
  },
}

function queryOf(source: RequestSource) {
  const parameters = new URLSearchParams('query' in source ? source.query : '')
  const runIds = parameters.getAll('run_id')
  if (runIds.length === 0) {
    throw invalidParameter('GetMetricHistoryBulk request must specify at least one run_id.')
  }
  if (runIds.length > MAX_RUNS) {
    throw invalidParameter(
      `GetMetricHistoryBulk request cannot specify more than ${MAX_RUNS} run_ids. Received ${runIds.length} run_ids.`,
    )
  }
  const metricKey = parameters.get('metric_key')
  if (metricKey === null) {
    throw invalidParameter('GetMetricHistoryBulk request must specify a metric_key.')
  }
  return { runIds, metricKey, maxResults: maxResultsOf(parameters.get('max_results')) }
}

function maxResultsOf(text: string | null): number {
  if (text === null) return MAX_RESULTS
  if (!/^\s*\+?\d+\s*$/.test(text)) {
    throw invalidParameter(`Invalid value "${text}" for parameter 'max_results': it must be 0 or more`)
  }
  return Math.min(Number(text), MAX_RESULTS)
}

function metricJson({ key, value, timestamp, step, runId }: MetricOfRun): string {
  const fields = new Map<string, string | bigint | number>([
    ['key', key],
    ['run_id', runId],
    ['step', wholeNumber(step)],
    ['timestamp', wholeNumber(timestamp)],
    ['value', value],
  ])
  return pythonCompactJson(fields)
}

/** Numbers of type bigint are written without a fraction. */
function wholeNumber(value: Int64): bigint {
  return BigInt(value)
}
