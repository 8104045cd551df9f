import type { DatasetInput } from '../../entities/dataset.ts'
import type { Metric } from '../../entities/metric.ts'
import type { Run, RunInputs, RunOutputs } from '../../entities/run.ts'
import type { RunInfo } from '../../entities/run-info.ts'
import type { Incoming } from '../../protocols/mlflow-rest/message.ts'
import type * as datasets from '../../protocols/mlflow-rest/messages/datasets.ts'
import type { Metric as MetricMessage } from '../../protocols/mlflow-rest/messages/metrics.ts'
import type * as runs from '../../protocols/mlflow-rest/messages/runs.ts'
import { readTags, required } from './narrow.ts'
import { readLifecycleStage } from './read-experiment.ts'

export function readRun(message: Incoming<typeof runs.Run>): Run {
  const { data, inputs, outputs } = message
  return {
    info: readRunInfo(required(message.info, 'info')),
    data: {
      metrics: (data?.metrics ?? []).map(readMetric),
      params: readTags(data?.params ?? []),
      tags: readTags(data?.tags ?? []),
    },
    inputs: readInputs(inputs),
    ...(outputs === undefined ? {} : { outputs: readOutputs(outputs) }),
  }
}

/** `run_uuid` is the older name, which servers before 1.0 know alone. */
export function readRunInfo(info: Incoming<typeof runs.RunInfo>): RunInfo {
  return {
    runId: required(info.runId ?? info.runUuid, 'run_id'),
    runName: info.runName ?? '',
    experimentId: info.experimentId ?? '',
    userId: info.userId ?? '',
    status: info.status ?? 'RUNNING',
    startTime: info.startTime ?? 0,
    endTime: info.endTime || undefined,
    artifactUri: info.artifactUri ?? '',
    lifecycleStage: readLifecycleStage(info.lifecycleStage),
  }
}

export function readMetric(message: Incoming<typeof MetricMessage>): Metric {
  const { key, value, timestamp, step, modelId, datasetName, datasetDigest, runId } = message
  return {
    key: required(key, 'key'),
    value: value ?? 0,
    timestamp: timestamp ?? 0,
    step: step ?? 0,
    ...(modelId ? { modelId } : {}),
    ...(datasetName ? { datasetName } : {}),
    ...(datasetDigest ? { datasetDigest } : {}),
    ...(runId ? { runId } : {}),
  }
}

function readInputs(inputs: Incoming<typeof datasets.RunInputs> | undefined): RunInputs {
  return {
    datasetInputs: (inputs?.datasetInputs ?? []).map(readDatasetInput),
    modelInputs: (inputs?.modelInputs ?? []).map(({ modelId = '' }) => ({ modelId })),
  }
}

function readOutputs({ modelOutputs }: Incoming<typeof datasets.RunOutputs>): RunOutputs {
  return { modelOutputs: modelOutputs.map(({ modelId = '', step = 0 }) => ({ modelId, step })) }
}

function readDatasetInput({ dataset, tags }: Incoming<typeof datasets.DatasetInput>): DatasetInput {
  return {
    tags: readTags(tags),
    dataset: {
      name: dataset?.name ?? '',
      digest: dataset?.digest ?? '',
      sourceType: dataset?.sourceType ?? '',
      source: dataset?.source ?? '',
      schema: dataset?.schema || undefined,
      profile: dataset?.profile || undefined,
    },
  }
}
