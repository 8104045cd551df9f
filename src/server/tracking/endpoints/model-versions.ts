import type { ModelVersion } from '../../../entities/model-version.ts'
import type { Outgoing } from '../../../protocols/mlflow-rest/message.ts'
import { Empty } from '../../../protocols/mlflow-rest/messages/empty.ts'
import {
  CreateModelVersion,
  CreateModelVersionResponse,
  DeleteModelVersion,
  DeleteModelVersionTag,
  GetModelVersion,
  GetModelVersionDownloadUri,
  GetModelVersionDownloadUriResponse,
  GetModelVersionResponse,
  type ModelVersion as ModelVersionMessage,
  SearchModelVersions,
  SearchModelVersionsResponse,
  SetModelVersionTag,
  TransitionModelVersionStage,
  TransitionModelVersionStageResponse,
  UpdateModelVersion,
  UpdateModelVersionResponse,
} from '../../../protocols/mlflow-rest/messages/model-versions.ts'
import {
  isArray,
  isArrayOfTexts,
  isBool,
  isIntLike,
  isText,
  required,
} from '../../../protocols/mlflow-rest/request-rules.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { atMost } from './search-limits.ts'
import { toTag } from './to-tag.ts'

const VERSIONS = '/2.0/mlflow/model-versions'
const MAX_RESULTS = 200_000

const create = endpoint({
  verb: 'POST',
  path: `${VERSIONS}/create`,
  access: 'write',
  request: CreateModelVersion,
  rules: {
    name: [isText, required],
    source: [isText, required],
    run_id: [isText],
    tags: [isArray],
    run_link: [isText],
    description: [isText],
    model_id: [isText],
  },
  reply: CreateModelVersionResponse,
  handle: async ({ registry }, { name = '', source = '', runLink = '', description = '', ...rest }) => ({
    modelVersion: versionMessage(
      await registry.modelVersions.createForClient({
        ...rest,
        ...{ name, source, runLink, description },
        tags: rest.tags.map(toTag),
      }),
    ),
  }),
})

const get = endpoint({
  verb: 'GET',
  path: `${VERSIONS}/get`,
  access: 'read',
  request: GetModelVersion,
  rules: { name: [isText, required], version: [isText, required] },
  reply: GetModelVersionResponse,
  handle: async ({ registry }, { name = '', version = '' }) => ({
    modelVersion: versionMessage(await registry.modelVersions.get(name, version)),
  }),
})

const getDownloadUri = endpoint({
  verb: 'GET',
  path: `${VERSIONS}/get-download-uri`,
  access: 'read',
  request: GetModelVersionDownloadUri,
  reply: GetModelVersionDownloadUriResponse,
  handle: async ({ registry }, { name = '', version = '' }) => ({
    artifactUri: await registry.modelVersions.getDownloadUri(name, version),
  }),
})

const search = endpoint({
  verb: 'GET',
  path: `${VERSIONS}/search`,
  access: 'read',
  request: SearchModelVersions,
  rules: {
    filter: [isText],
    max_results: [isIntLike, atMost(MAX_RESULTS)],
    order_by: [isArray, isArrayOfTexts],
    page_token: [isText],
  },
  reply: SearchModelVersionsResponse,
  handle: async ({ registry }, { maxResults = MAX_RESULTS, ...asked }) => {
    const { items, nextPageToken } = await registry.modelVersions.search({ ...asked, maxResults })
    return { modelVersions: items.map(versionMessage), nextPageToken }
  },
})

const update = endpoint({
  verb: 'PATCH',
  path: `${VERSIONS}/update`,
  access: 'write',
  request: UpdateModelVersion,
  rules: { name: [isText, required], version: [isText, required], description: [isText] },
  reply: UpdateModelVersionResponse,
  handle: async ({ registry }, { name = '', version = '', description }) => ({
    modelVersion: versionMessage(await registry.modelVersions.update(name, version, description)),
  }),
})

const transitionStage = endpoint({
  verb: 'POST',
  path: `${VERSIONS}/transition-stage`,
  access: 'write',
  request: TransitionModelVersionStage,
  rules: {
    name: [isText, required],
    version: [isText, required],
    stage: [isText, required],
    archive_existing_versions: [isBool],
  },
  reply: TransitionModelVersionStageResponse,
  handle: async ({ registry }, { name = '', version = '', stage = '', archiveExistingVersions = false }) => ({
    modelVersion: versionMessage(
      await registry.modelVersions.transitionStage({ name, version, stage, archiveExistingVersions }),
    ),
  }),
})

const remove = endpoint({
  verb: 'DELETE',
  path: `${VERSIONS}/delete`,
  access: 'write',
  request: DeleteModelVersion,
  rules: { name: [isText, required], version: [isText, required] },
  reply: Empty,
  handle: async ({ registry }, { name = '', version = '' }) => {
    await registry.modelVersions.delete(name, version)
    return undefined
  },
})

const setTag = endpoint({
  verb: 'POST',
  path: `${VERSIONS}/set-tag`,
  access: 'write',
  request: SetModelVersionTag,
  rules: { name: [isText, required], version: [isText, required], key: [isText, required], value: [isText] },
  reply: Empty,
  handle: async ({ registry }, { name = '', version = '', ...tag }) => {
    await registry.modelVersions.setTag(name, version, toTag(tag))
    return undefined
  },
})

const deleteTag = endpoint({
  verb: 'DELETE',
  path: `${VERSIONS}/delete-tag`,
  access: 'write',
  request: DeleteModelVersionTag,
  rules: { name: [isText, required], version: [isText, required], key: [isText, required] },
  reply: Empty,
  handle: async ({ registry }, { name = '', version = '', key = '' }) => {
    await registry.modelVersions.deleteTag(name, version, key)
    return undefined
  },
})

export const modelVersionEndpoints: readonly Endpoint[] = [
  create,
  get,
  getDownloadUri,
  search,
  update,
  transitionStage,
  remove,
  setTag,
  deleteTag,
]

export function versionMessage(version: ModelVersion): Outgoing<typeof ModelVersionMessage> {
  return {
    ...version,
    lastUpdatedTimestamp: version.lastUpdatedTimestamp || undefined,
    statusMessage: version.statusMessage || undefined,
  }
}
