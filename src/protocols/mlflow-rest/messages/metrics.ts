import { double, exactInt64, int32, message, nested, repeated, text } from '../message.ts'

export const Metric = message('Metric', {
  key: text(),
  value: double(),
  timestamp: exactInt64(),
  step: exactInt64(),
  dataset_name: text(),
  dataset_digest: text(),
  model_id: text(),
  run_id: text(),
})

export const MetricWithRunId = message('MetricWithRunId', {
  key: text(),
  value: double(),
  timestamp: exactInt64(),
  step: exactInt64(),
  run_id: text(),
})

export const Param = message('Param', {
  key: text(),
  value: text(),
})

export const RunTag = message('RunTag', {
  key: text(),
  value: text(),
})

export const LogMetric = message('LogMetric', {
  run_uuid: text(),
  key: text(),
  value: double(),
  timestamp: exactInt64(),
  step: exactInt64(),
  run_id: text(),
  model_id: text(),
  dataset_name: text(),
  dataset_digest: text(),
})

export const LogParam = message('LogParam', {
  run_uuid: text(),
  key: text(),
  value: text(),
  run_id: text(),
})

export const LogBatch = message('LogBatch', {
  run_id: text(),
  metrics: repeated(nested(Metric)),
  params: repeated(nested(Param)),
  tags: repeated(nested(RunTag)),
})

export const GetMetricHistory = message('GetMetricHistory', {
  run_uuid: text(),
  metric_key: text(),
  run_id: text(),
  page_token: text(),
  max_results: int32(),
})

export const GetMetricHistoryResponse = message('GetMetricHistory.Response', {
  metrics: repeated(nested(Metric)),
  next_page_token: text(),
})

export const GetMetricHistoryBulkInterval = message('GetMetricHistoryBulkInterval', {
  run_ids: repeated(text()),
  metric_key: text(),
  start_step: exactInt64(),
  end_step: exactInt64(),
  max_results: int32(),
})

export const GetMetricHistoryBulkIntervalResponse = message('GetMetricHistoryBulkInterval.Response', {
  metrics: repeated(nested(MetricWithRunId)),
})
