import { enumeration, int32, int64, message, nested, repeated, text } from '../message.ts'
import { RunInputs, RunOutputs } from './datasets.ts'
import { RunStatus, ViewType } from './enumerations.ts'
import { Metric, Param, RunTag } from './metrics.ts'

export const RunInfo = message('RunInfo', {
  run_uuid: text(),
  experiment_id: text(),
  run_name: text(),
  user_id: text(),
  status: enumeration(RunStatus),
  start_time: int64(),
  end_time: int64(),
  artifact_uri: text(),
  lifecycle_stage: text(),
  run_id: text(),
})

export const RunData = message('RunData', {
  metrics: repeated(nested(Metric)),
  params: repeated(nested(Param)),
  tags: repeated(nested(RunTag)),
})

export const Run = message('Run', {
  info: nested(RunInfo),
  data: nested(RunData),
  inputs: nested(RunInputs),
  outputs: nested(RunOutputs),
})

export const CreateRun = message('CreateRun', {
  experiment_id: text(),
  user_id: text(),
  run_name: text(),
  start_time: int64(),
  tags: repeated(nested(RunTag)),
})

export const CreateRunResponse = message('CreateRun.Response', {
  run: nested(Run),
})

export const UpdateRun = message('UpdateRun', {
  run_uuid: text(),
  status: enumeration(RunStatus),
  end_time: int64(),
  run_id: text(),
  run_name: text(),
})

export const UpdateRunResponse = message('UpdateRun.Response', {
  run_info: nested(RunInfo),
})

export const DeleteRun = message('DeleteRun', {
  run_id: text(),
})

export const RestoreRun = message('RestoreRun', {
  run_id: text(),
})

export const GetRun = message('GetRun', {
  run_uuid: text(),
  run_id: text(),
})

export const GetRunResponse = message('GetRun.Response', {
  run: nested(Run),
})

export const SearchRuns = message('SearchRuns', {
  experiment_ids: repeated(text()),
  run_view_type: enumeration(ViewType),
  filter: text(),
  max_results: int32(),
  order_by: repeated(text()),
  page_token: text(),
})

export const SearchRunsResponse = message('SearchRuns.Response', {
  runs: repeated(nested(Run)),
  next_page_token: text(),
})

export const SetTag = message('SetTag', {
  run_uuid: text(),
  key: text(),
  value: text(),
  run_id: text(),
})

export const DeleteTag = message('DeleteTag', {
  run_id: text(),
  key: text(),
})

export const LogModel = message('LogModel', {
  run_id: text(),
  model_json: text(),
})
