import type { DatasetInput } from '../../entities/dataset.ts'
import type { Int64 } from '../../entities/int64.ts'
import type { Metric } from '../../entities/metric.ts'
import type { Param } from '../../entities/param.ts'
import type { ModelInput, ModelOutput } from '../../entities/run.ts'
import type { Tag } from '../../entities/tag.ts'
import * as datasets from '../../protocols/mlflow-rest/messages/datasets.ts'
import { Empty } from '../../protocols/mlflow-rest/messages/empty.ts'
import * as messages from '../../protocols/mlflow-rest/messages/metrics.ts'
import { apiCall } from './api-call.ts'
import type { CallOptions } from './api-client.ts'
import { eachOf, pageOf } from './page.ts'
import { readMetric } from './read-run.ts'
import { RunClient } from './run-client.ts'
import type { Texts } from './tags.ts'

const RUNS = '/2.0/mlflow/runs'
const LOG_METRIC = apiCall(`POST ${RUNS}/log-metric`, messages.LogMetric, Empty)
const LOG_PARAM = apiCall(`POST ${RUNS}/log-parameter`, messages.LogParam, Empty)
const LOG_BATCH = apiCall(`POST ${RUNS}/log-batch`, messages.LogBatch, Empty)
const LOG_INPUTS = apiCall(`POST ${RUNS}/log-inputs`, datasets.LogInputs, Empty)
const LOG_OUTPUTS = apiCall(`POST ${RUNS}/outputs`, datasets.LogOutputs, Empty)
const HISTORY = apiCall(
  'GET /2.0/mlflow/metrics/get-history',
  messages.GetMetricHistory,
  messages.GetMetricHistoryResponse,
)

export interface MetricOptions {
  /** Default 0. */
  readonly step?: Int64 | undefined
  /** Epoch milliseconds; now where it is left out. */
  readonly timestamp?: number | undefined
  /** The logged model that the value is of. */
  readonly modelId?: string | undefined
  readonly datasetName?: string | undefined
  readonly datasetDigest?: string | undefined
}

/** A metric to be logged. */
export interface NewMetric extends MetricOptions {
  readonly key: string
  readonly value: number
}

/** What is logged together: at most 1000 metrics, 100 params, 100 tags, and 1000 of all. */
export interface LogBatch {
  readonly metrics?: readonly NewMetric[] | undefined
  readonly params?: readonly Param[] | undefined
  readonly tags?: readonly Tag[] | undefined
}

export interface RunInputsToLog {
  readonly datasets?: readonly DatasetInput[] | undefined
  readonly models?: readonly ModelInput[] | undefined
}

/** What MLflow's own client asks for; without it servers send an empty page. */
const METRICS_A_PAGE = 25_000

/** What is logged to runs. */
export class MetricClient extends RunClient {
  async logMetric(
    runId: string,
    key: string,
    value: number,
    options: MetricOptions & CallOptions = {},
  ): Promise<void> {
    const metric = asMetric({ ...options, key, value })
    await this.caller.call(LOG_METRIC, { ...metric, runId, runUuid: runId }, options)
  }

  /** @throws ServingError INVALID_PARAMETER_VALUE where the run has this param with another value */
  async logParam(runId: string, key: string, value: Texts[string], call?: CallOptions): Promise<void> {
    await this.caller.call(LOG_PARAM, { runId, runUuid: runId, key, value: String(value) }, call)
  }

  /** Logs all of it in one call. */
  async logBatch(runId: string, batch: LogBatch, call?: CallOptions): Promise<void> {
    const { metrics = [], params, tags } = batch
    await this.caller.call(LOG_BATCH, { runId, metrics: metrics.map(asMetric), params, tags }, call)
  }

  /** All values that a run's metric ever had, as the server orders them. */
  async getMetricHistory(runId: string, key: string, call?: CallOptions): Promise<readonly Metric[]> {
    const metrics: Metric[] = []
    for await (const metric of this.allMetricValues(runId, key, call)) metrics.push(metric)
    return metrics
  }

  /** The same, page after page, for metrics with more values than memory should hold. */
  allMetricValues(
    runId: string,
    metricKey: string,
    call?: CallOptions,
  ): AsyncGenerator<Metric, void, undefined> {
    return eachOf(async (pageToken) => {
      const request = { runId, runUuid: runId, metricKey, maxResults: METRICS_A_PAGE, pageToken }
      const { metrics, nextPageToken } = await this.caller.call(HISTORY, request, call)
      return pageOf(metrics.map(readMetric), nextPageToken)
    })
  }

  /** Datasets and logged models that a run uses. */
  async logInputs(runId: string, inputs: RunInputsToLog, call?: CallOptions): Promise<void> {
    await this.caller.call(LOG_INPUTS, { runId, ...inputs }, call)
  }

  /** Logged models that a run has made. */
  async logOutputs(runId: string, models: readonly ModelOutput[], call?: CallOptions): Promise<void> {
    await this.caller.call(LOG_OUTPUTS, { runId, models }, call)
  }
}

/** As it is sent: now, at step 0, unless it says otherwise. */
function asMetric({ key, value, step = 0, timestamp = Date.now(), ...others }: NewMetric) {
  const { modelId, datasetName, datasetDigest } = others
  return { key, value, step, timestamp, modelId, datasetName, datasetDigest }
}
