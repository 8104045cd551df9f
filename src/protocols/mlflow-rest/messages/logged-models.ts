import { bool, enumeration, int32, int64, message, nested, repeated, text } from '../message.ts'
import { FileInfo } from './artifacts.ts'
import { LoggedModelStatus } from './enumerations.ts'
import { Metric } from './metrics.ts'

export const LoggedModelTag = message('LoggedModelTag', {
  key: text(),
  value: text(),
})

export const LoggedModelRegistrationInfo = message('LoggedModelRegistrationInfo', {
  name: text(),
  version: text(),
})

export const LoggedModelParameter = message('LoggedModelParameter', {
  key: text(),
  value: text(),
})

export const LoggedModelInfo = message('LoggedModelInfo', {
  model_id: text(),
  experiment_id: text(),
  name: text(),
  creation_timestamp_ms: int64(),
  last_updated_timestamp_ms: int64(),
  artifact_uri: text(),
  status: enumeration(LoggedModelStatus),
  creator_id: int64(),
  model_type: text(),
  source_run_id: text(),
  status_message: text(),
  tags: repeated(nested(LoggedModelTag)),
  registrations: repeated(nested(LoggedModelRegistrationInfo)),
})

export const LoggedModelData = message('LoggedModelData', {
  params: repeated(nested(LoggedModelParameter)),
  metrics: repeated(nested(Metric)),
})

export const LoggedModel = message('LoggedModel', {
  info: nested(LoggedModelInfo),
  data: nested(LoggedModelData),
})

export const CreateLoggedModel = message('CreateLoggedModel', {
  experiment_id: text(),
  name: text(),
  model_type: text(),
  source_run_id: text(),
  params: repeated(nested(LoggedModelParameter)),
  tags: repeated(nested(LoggedModelTag)),
})

export const CreateLoggedModelResponse = message('CreateLoggedModel.Response', {
  model: nested(LoggedModel),
})

export const FinalizeLoggedModel = message('FinalizeLoggedModel', {
  model_id: text(),
  status: enumeration(LoggedModelStatus),
})

export const FinalizeLoggedModelResponse = message('FinalizeLoggedModel.Response', {
  model: nested(LoggedModel),
})

export const GetLoggedModel = message('GetLoggedModel', {
  model_id: text(),
})

export const GetLoggedModelResponse = message('GetLoggedModel.Response', {
  model: nested(LoggedModel),
})

export const DeleteLoggedModel = message('DeleteLoggedModel', {
  model_id: text(),
})

export const SearchLoggedModelsDataset = message('SearchLoggedModels.Dataset', {
  dataset_name: text(),
  dataset_digest: text(),
})

export const SearchLoggedModelsOrderBy = message('SearchLoggedModels.OrderBy', {
  field_name: text(),
  ascending: bool(),
  dataset_name: text(),
  dataset_digest: text(),
})

export const SearchLoggedModels = message('SearchLoggedModels', {
  experiment_ids: repeated(text()),
  filter: text(),
  max_results: int32(),
  order_by: repeated(nested(SearchLoggedModelsOrderBy)),
  page_token: text(),
  datasets: repeated(nested(SearchLoggedModelsDataset)),
})

export const SearchLoggedModelsResponse = message('SearchLoggedModels.Response', {
  models: repeated(nested(LoggedModel)),
  next_page_token: text(),
})

export const SetLoggedModelTags = message('SetLoggedModelTags', {
  model_id: text(),
  tags: repeated(nested(LoggedModelTag)),
})

export const SetLoggedModelTagsResponse = message('SetLoggedModelTags.Response', {
  model: nested(LoggedModel),
})

export const DeleteLoggedModelTag = message('DeleteLoggedModelTag', {
  model_id: text(),
  tag_key: text(),
})

export const ListLoggedModelArtifacts = message('ListLoggedModelArtifacts', {
  model_id: text(),
  artifact_directory_path: text(),
  page_token: text(),
})

export const ListLoggedModelArtifactsResponse = message('ListLoggedModelArtifacts.Response', {
  root_uri: text(),
  files: repeated(nested(FileInfo)),
  next_page_token: text(),
})

export const LogLoggedModelParamsRequest = message('LogLoggedModelParamsRequest', {
  model_id: text(),
  params: repeated(nested(LoggedModelParameter)),
})
