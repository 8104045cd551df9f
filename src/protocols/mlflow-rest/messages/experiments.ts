import { enumeration, int64, message, nested, repeated, text } from '../message.ts'
import { ViewType } from './enumerations.ts'

export const ExperimentTag = message('ExperimentTag', {
  key: text(),
  value: text(),
})

export const Experiment = message('Experiment', {
  experiment_id: text(),
  name: text(),
  artifact_location: text(),
  lifecycle_stage: text(),
  last_update_time: int64(),
  creation_time: int64(),
  tags: repeated(nested(ExperimentTag)),
  effective_trace_archival_retention: text(),
  workspace: text(),
})

export const CreateExperiment = message('CreateExperiment', {
  name: text(),
  artifact_location: text(),
  tags: repeated(nested(ExperimentTag)),
})

export const CreateExperimentResponse = message('CreateExperiment.Response', {
  experiment_id: text(),
})

export const SearchExperiments = message('SearchExperiments', {
  max_results: int64(),
  page_token: text(),
  filter: text(),
  order_by: repeated(text()),
  view_type: enumeration(ViewType),
})

export const SearchExperimentsResponse = message('SearchExperiments.Response', {
  experiments: repeated(nested(Experiment)),
  next_page_token: text(),
})

export const GetExperiment = message('GetExperiment', {
  experiment_id: text(),
})

export const GetExperimentResponse = message('GetExperiment.Response', {
  experiment: nested(Experiment),
})

export const GetExperimentByName = message('GetExperimentByName', {
  experiment_name: text(),
})

export const GetExperimentByNameResponse = message('GetExperimentByName.Response', {
  experiment: nested(Experiment),
})

export const DeleteExperiment = message('DeleteExperiment', {
  experiment_id: text(),
})

export const RestoreExperiment = message('RestoreExperiment', {
  experiment_id: text(),
})

export const UpdateExperiment = message('UpdateExperiment', {
  experiment_id: text(),
  new_name: text(),
})

export const SetExperimentTag = message('SetExperimentTag', {
  experiment_id: text(),
  key: text(),
  value: text(),
})

export const DeleteExperimentTag = message('DeleteExperimentTag', {
  experiment_id: text(),
  key: text(),
})
