import type { RegisteredModel } from '../../../entities/registered-model.ts'
import type { Outgoing } from '../../../protocols/mlflow-rest/message.ts'
import { Empty } from '../../../protocols/mlflow-rest/messages/empty.ts'
import {
  GetModelVersionByAlias,
  GetModelVersionByAliasResponse,
} from '../../../protocols/mlflow-rest/messages/model-versions.ts'
import {
  CreateRegisteredModel,
  CreateRegisteredModelResponse,
  DeleteRegisteredModel,
  DeleteRegisteredModelAlias,
  DeleteRegisteredModelTag,
  GetLatestVersions,
  GetLatestVersionsResponse,
  GetRegisteredModel,
  GetRegisteredModelResponse,
  type RegisteredModel as RegisteredModelMessage,
  RenameRegisteredModel,
  RenameRegisteredModelResponse,
  SearchRegisteredModels,
  SearchRegisteredModelsResponse,
  SetRegisteredModelAlias,
  SetRegisteredModelTag,
  UpdateRegisteredModel,
  UpdateRegisteredModelResponse,
} from '../../../protocols/mlflow-rest/messages/registered-models.ts'
import {
  isArray,
  isArrayOfTexts,
  isIntLike,
  isText,
  required,
} from '../../../protocols/mlflow-rest/request-rules.ts'
import { type Endpoint, endpoint, type Verb } from '../endpoint.ts'
import { versionMessage } from './model-versions.ts'
import { atMost } from './search-limits.ts'
import { toTag } from './to-tag.ts'

const MODELS = '/2.0/mlflow/registered-models'
const MAX_RESULTS = 1000
const DEFAULT_RESULTS = 100

const create = endpoint({
  verb: 'POST',
  path: `${MODELS}/create`,
  access: 'write',
  request: CreateRegisteredModel,
  rules: { name: [isText, required], tags: [isArray], description: [isText] },
  reply: CreateRegisteredModelResponse,
  handle: async ({ registry }, { name = '', tags, description = '' }) => ({
    registeredModel: modelMessage(
      await registry.registeredModels.create({ name, description, tags: tags.map(toTag) }),
    ),
  }),
})

const get = endpoint({
  verb: 'GET',
  path: `${MODELS}/get`,
  access: 'read',
  request: GetRegisteredModel,
  rules: { name: [isText, required] },
  reply: GetRegisteredModelResponse,
  handle: async ({ registry }, { name = '' }) => ({
    registeredModel: modelMessage(await registry.registeredModels.get(name)),
  }),
})

const search = endpoint({
  verb: 'GET',
  path: `${MODELS}/search`,
  access: 'read',
  request: SearchRegisteredModels,
  rules: {
    filter: [isText],
    max_results: [isIntLike, atMost(MAX_RESULTS)],
    order_by: [isArray, isArrayOfTexts],
    page_token: [isText],
  },
  reply: SearchRegisteredModelsResponse,
  handle: async ({ registry }, { maxResults = DEFAULT_RESULTS, ...asked }) => {
    const { items, nextPageToken } = await registry.registeredModels.search({ ...asked, maxResults })
    return { registeredModels: items.map(modelMessage), nextPageToken }
  },
})

const update = endpoint({
  verb: 'PATCH',
  path: `${MODELS}/update`,
  access: 'write',
  request: UpdateRegisteredModel,
  rules: { name: [isText, required], description: [isText] },
  reply: UpdateRegisteredModelResponse,
  handle: async ({ registry }, { name = '', description = '' }) => ({
    registeredModel: modelMessage(await registry.registeredModels.update(name, description)),
  }),
})

const rename = endpoint({
  verb: 'POST',
  path: `${MODELS}/rename`,
  access: 'write',
  request: RenameRegisteredModel,
  rules: { name: [isText, required], new_name: [isText, required] },
  reply: RenameRegisteredModelResponse,
  handle: async ({ registry }, { name = '', newName = '' }) => ({
    registeredModel: modelMessage(await registry.registeredModels.rename(name, newName)),
  }),
})

const remove = endpoint({
  verb: 'DELETE',
  path: `${MODELS}/delete`,
  access: 'write',
  request: DeleteRegisteredModel,
  rules: { name: [isText, required] },
  reply: Empty,
  handle: async ({ registry }, { name = '' }) => {
    await registry.registeredModels.delete(name)
    return undefined
  },
})

/** MLflow has it under both verbs. */
function getLatestVersions(verb: Verb): Endpoint {
  return endpoint({
    verb,
    path: `${MODELS}/get-latest-versions`,
    access: 'read',
    request: GetLatestVersions,
    rules: { name: [isText, required], stages: [isArray, isArrayOfTexts] },
    reply: GetLatestVersionsResponse,
    handle: async ({ registry }, { name = '', stages }) => ({
      modelVersions: (await registry.modelVersions.getLatest(name, stages)).map(versionMessage),
    }),
  })
}

const setTag = endpoint({
  verb: 'POST',
  path: `${MODELS}/set-tag`,
  access: 'write',
  request: SetRegisteredModelTag,
  rules: { name: [isText, required], key: [isText, required], value: [isText] },
  reply: Empty,
  handle: async ({ registry }, { name = '', ...tag }) => {
    await registry.registeredModels.setTag(name, toTag(tag))
    return undefined
  },
})

const deleteTag = endpoint({
  verb: 'DELETE',
  path: `${MODELS}/delete-tag`,
  access: 'write',
  request: DeleteRegisteredModelTag,
  rules: { name: [isText, required], key: [isText, required] },
  reply: Empty,
  handle: async ({ registry }, { name = '', key = '' }) => {
    await registry.registeredModels.deleteTag(name, key)
    return undefined
  },
})

const setAlias = endpoint({
  verb: 'POST',
  path: `${MODELS}/alias`,
  access: 'write',
  request: SetRegisteredModelAlias,
  rules: { name: [isText, required], alias: [isText, required], version: [isText, required] },
  reply: Empty,
  handle: async ({ registry }, { name = '', alias = '', version = '' }) => {
    await registry.registeredModels.setAlias(name, alias, version)
    return undefined
  },
})

const deleteAlias = endpoint({
  verb: 'DELETE',
  path: `${MODELS}/alias`,
  access: 'write',
  request: DeleteRegisteredModelAlias,
  rules: { name: [isText, required], alias: [isText, required] },
  reply: Empty,
  handle: async ({ registry }, { name = '', alias = '' }) => {
    await registry.registeredModels.deleteAlias(name, alias)
    return undefined
  },
})

const getVersionByAlias = endpoint({
  verb: 'GET',
  path: `${MODELS}/alias`,
  access: 'read',
  request: GetModelVersionByAlias,
  rules: { name: [isText, required], alias: [isText, required] },
  reply: GetModelVersionByAliasResponse,
  handle: async ({ registry }, { name = '', alias = '' }) => ({
    modelVersion: versionMessage(await registry.modelVersions.getByAlias(name, alias)),
  }),
})

export const registeredModelEndpoints: readonly Endpoint[] = [
  create,
  get,
  search,
  update,
  rename,
  remove,
  getLatestVersions('POST'),
  getLatestVersions('GET'),
  setTag,
  deleteTag,
  setAlias,
  deleteAlias,
  getVersionByAlias,
]

/** Where MLflow leaves out what is empty, and not only what is missing. */
function modelMessage(model: RegisteredModel): Outgoing<typeof RegisteredModelMessage> {
  return {
    ...model,
    lastUpdatedTimestamp: model.lastUpdatedTimestamp || undefined,
    description: model.description || undefined,
    latestVersions: model.latestVersions.map(versionMessage),
  }
}
