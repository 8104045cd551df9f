import { bool, double, enumeration, exactInt64, int64, message, nested, repeated, text } from '../message.ts'
import { ModelVersionStatus } from './enumerations.ts'

export const ModelVersionTag = message('ModelVersionTag', {
  key: text(),
  value: text(),
})

export const ModelParam = message('ModelParam', {
  name: text(),
  value: text(),
})

export const ModelMetric = message('ModelMetric', {
  key: text(),
  value: double(),
  timestamp: int64(),
  step: exactInt64(),
  dataset_name: text(),
  dataset_digest: text(),
  model_id: text(),
  run_id: text(),
})

export const ModelVersion = message('ModelVersion', {
  name: text(),
  version: text(),
  creation_timestamp: int64(),
  last_updated_timestamp: int64(),
  user_id: text(),
  current_stage: text(),
  description: text(),
  source: text(),
  run_id: text(),
  status: enumeration(ModelVersionStatus),
  status_message: text(),
  tags: repeated(nested(ModelVersionTag)),
  run_link: text(),
  aliases: repeated(text()),
  model_id: text(),
  model_params: repeated(nested(ModelParam)),
  model_metrics: repeated(nested(ModelMetric)),
})

export const CreateModelVersion = message('CreateModelVersion', {
  name: text(),
  source: text(),
  run_id: text(),
  tags: repeated(nested(ModelVersionTag)),
  run_link: text(),
  description: text(),
  model_id: text(),
})

export const CreateModelVersionResponse = message('CreateModelVersion.Response', {
  model_version: nested(ModelVersion),
})

export const UpdateModelVersion = message('UpdateModelVersion', {
  name: text(),
  version: text(),
  description: text(),
})

export const UpdateModelVersionResponse = message('UpdateModelVersion.Response', {
  model_version: nested(ModelVersion),
})

export const TransitionModelVersionStage = message('TransitionModelVersionStage', {
  name: text(),
  version: text(),
  stage: text(),
  archive_existing_versions: bool(),
})

export const TransitionModelVersionStageResponse = message('TransitionModelVersionStage.Response', {
  model_version: nested(ModelVersion),
})

export const DeleteModelVersion = message('DeleteModelVersion', {
  name: text(),
  version: text(),
})

export const GetModelVersion = message('GetModelVersion', {
  name: text(),
  version: text(),
})

export const GetModelVersionResponse = message('GetModelVersion.Response', {
  model_version: nested(ModelVersion),
})

export const SearchModelVersions = message('SearchModelVersions', {
  filter: text(),
  max_results: int64(),
  order_by: repeated(text()),
  page_token: text(),
})

export const SearchModelVersionsResponse = message('SearchModelVersions.Response', {
  model_versions: repeated(nested(ModelVersion)),
  next_page_token: text(),
})

export const GetModelVersionDownloadUri = message('GetModelVersionDownloadUri', {
  name: text(),
  version: text(),
})

export const GetModelVersionDownloadUriResponse = message('GetModelVersionDownloadUri.Response', {
  artifact_uri: text(),
})

export const SetModelVersionTag = message('SetModelVersionTag', {
  name: text(),
  version: text(),
  key: text(),
  value: text(),
})

export const DeleteModelVersionTag = message('DeleteModelVersionTag', {
  name: text(),
  version: text(),
  key: text(),
})

export const GetModelVersionByAlias = message('GetModelVersionByAlias', {
  name: text(),
  alias: text(),
})

export const GetModelVersionByAliasResponse = message('GetModelVersionByAlias.Response', {
  model_version: nested(ModelVersion),
})
