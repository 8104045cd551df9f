import { int64, message, nested, repeated, text } from '../message.ts'
import { ModelVersion } from './model-versions.ts'

export const RegisteredModelTag = message('RegisteredModelTag', {
  key: text(),
  value: text(),
})

export const RegisteredModelAlias = message('RegisteredModelAlias', {
  alias: text(),
  version: text(),
})

export const RegisteredModel = message('RegisteredModel', {
  name: text(),
  creation_timestamp: int64(),
  last_updated_timestamp: int64(),
  user_id: text(),
  description: text(),
  latest_versions: repeated(nested(ModelVersion)),
  tags: repeated(nested(RegisteredModelTag)),
  aliases: repeated(nested(RegisteredModelAlias)),
  deployment_job_id: text(),
})

export const CreateRegisteredModel = message('CreateRegisteredModel', {
  name: text(),
  tags: repeated(nested(RegisteredModelTag)),
  description: text(),
  deployment_job_id: text(),
})

export const CreateRegisteredModelResponse = message('CreateRegisteredModel.Response', {
  registered_model: nested(RegisteredModel),
})

export const RenameRegisteredModel = message('RenameRegisteredModel', {
  name: text(),
  new_name: text(),
})

export const RenameRegisteredModelResponse = message('RenameRegisteredModel.Response', {
  registered_model: nested(RegisteredModel),
})

export const UpdateRegisteredModel = message('UpdateRegisteredModel', {
  name: text(),
  description: text(),
  deployment_job_id: text(),
})

export const UpdateRegisteredModelResponse = message('UpdateRegisteredModel.Response', {
  registered_model: nested(RegisteredModel),
})

export const DeleteRegisteredModel = message('DeleteRegisteredModel', {
  name: text(),
})

export const GetRegisteredModel = message('GetRegisteredModel', {
  name: text(),
})

export const GetRegisteredModelResponse = message('GetRegisteredModel.Response', {
  registered_model: nested(RegisteredModel),
})

export const SearchRegisteredModels = message('SearchRegisteredModels', {
  filter: text(),
  max_results: int64(),
  order_by: repeated(text()),
  page_token: text(),
})

export const SearchRegisteredModelsResponse = message('SearchRegisteredModels.Response', {
  registered_models: repeated(nested(RegisteredModel)),
  next_page_token: text(),
})

export const GetLatestVersions = message('GetLatestVersions', {
  name: text(),
  stages: repeated(text()),
})

export const GetLatestVersionsResponse = message('GetLatestVersions.Response', {
  model_versions: repeated(nested(ModelVersion)),
})

export const SetRegisteredModelTag = message('SetRegisteredModelTag', {
  name: text(),
  key: text(),
  value: text(),
})

export const DeleteRegisteredModelTag = message('DeleteRegisteredModelTag', {
  name: text(),
  key: text(),
})

export const SetRegisteredModelAlias = message('SetRegisteredModelAlias', {
  name: text(),
  alias: text(),
  version: text(),
})

export const DeleteRegisteredModelAlias = message('DeleteRegisteredModelAlias', {
  name: text(),
  alias: text(),
})
