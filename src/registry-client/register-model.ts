import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import type { LocalPlaces } from '../artifacts/local-artifacts.ts'
import { digestModelFiles } from '../artifacts/model-files.ts'
import { asciiJson } from '../core/ascii-json.ts'
import { ServingError } from '../core/errors.ts'
import { loggedModelLocation, MODEL_VERSIONS_TAG, newModelId } from '../entities/logged-model.ts'
import type { ModelVersion } from '../entities/model-version.ts'
import type { Tag } from '../entities/tag.ts'
import type { Stores } from '../store/stores.ts'
import {
  asLoggedModelName,
  requireModelName,
  requireNewAlias,
  requireRegistryTag,
} from '../store/validation.ts'
import { modelFolder, placeModelFiles, removeModelFiles, targetFolder } from './place-model-files.ts'

export interface ModelRegistration {
  /** Folder with an MLmodel file, or one of a model that `bare` describes. */
  readonly path: string
  readonly bare?: BareModel | undefined
  /** Name of the registered model, made where it is not there. */
  readonly name: string
  readonly alias?: string | undefined
  readonly description?: string | undefined
  readonly tags?: readonly Tag[]
  /**
   * Register nothing where a version of the model was registered from equal files; an alias is then set only if
   * the model does not have it yet, so one that was moved since stays where it is.
   */
  readonly ifAbsent?: boolean
}

/** A model whose folder has no MLmodel file: the registered copy gets one. */
export interface BareModel {
  /** What tells models of equal files apart, such as a signature that was given with them. */
  readonly distinction?: string | undefined
  /**
   * Text of the MLmodel file. Asked for only where a version is made.
   * @throws ServingError where the model cannot be served
   */
  readonly describe: () => Promise<string>
}

export interface Registered {
  readonly version: ModelVersion
  /** False where `ifAbsent` found the version. */
  readonly created: boolean
}

/** Tag of a version that Headrace registered: the digest of the files that it was registered from. */
const CONTENT_DIGEST_TAG = 'headrace.content_digest'

/**
 * Registers a model as MLflow 3 does: a logged model of the Default experiment with a copy of the files, and a
 * version made from it. The copy is complete and on the disk before the one transaction that writes all rows, so
 * a crash leaves either the version or files that nothing names.
 * @throws ServingError
 */
export async function registerModel(
  stores: Stores,
  places: LocalPlaces,
  registration: ModelRegistration,
): Promise<Registered> {
  requireNames(registration)
  const { path, bare } = registration
  const folder = bare === undefined ? await modelFolder(path) : await realpath(path)
  const digest = distinguished(await digestModelFiles(folder), bare)
  const found = await stores.transaction((inner) => takeExisting(inner, registration, digest))
  if (found !== undefined) return { version: found, created: false }

  const mlmodel = await bare?.describe()
  const modelId = newModelId()
  const location = loggedModelLocation(await stores.tracking.ensureDefaultExperiment(), modelId)
  const target = targetFolder(location, places)
  try {
    await placeModelFiles({ folder, mlmodel }, target, { modelId, location })
    const registered = await stores.transaction(async (inner) => {
      // Another process may have registered the same files meanwhile.
      const existing = await takeExisting(inner, registration, digest)
      if (existing !== undefined) return { version: existing, created: false }
      return { version: await writeRows(inner, registration, { modelId, digest }), created: true }
    })
    if (!registered.created) await removeModelFiles(target)
    return registered
  } catch (error) {
    await removeModelFiles(target)
    throw error
  }
}

function distinguished(digest: string, bare: BareModel | undefined): string {
  if (bare?.distinction === undefined) return digest
  return `sha256:${createHash('sha256').update(`${digest} ${bare.distinction}`).digest('hex')}`
}

function requireNames({ name, alias, tags = [] }: ModelRegistration): void {
  requireModelName(name)
  if (alias !== undefined) requireNewAlias(alias)
  for (const tag of tags) requireRegistryTag(tag)
}

type InnerStores = Pick<Stores, 'tracking' | 'registry'>

async function takeExisting(
  { registry }: InnerStores,
  { name, alias, ifAbsent }: ModelRegistration,
  digest: string,
): Promise<ModelVersion | undefined> {
  if (ifAbsent !== true) return undefined
  const versions = await registry.searchModelVersions(name)
  const found = versions.find(({ tags }) =>
    tags.some(({ key, value }) => key === CONTENT_DIGEST_TAG && value === digest),
  )
  if (found === undefined || alias === undefined) return found
  const { aliases } = await registry.getRegisteredModel(name)
  if (!aliases.some((existing) => existing.alias === alias)) {
    await registry.setRegisteredModelAlias(name, alias, found.version)
  }
  return registry.getModelVersion(name, found.version)
}

async function writeRows(
  { tracking, registry }: InnerStores,
  registration: ModelRegistration,
  files: { readonly modelId: string; readonly digest: string },
): Promise<ModelVersion> {
  const { name, alias, description, tags = [] } = registration
  const experiment = await tracking.ensureDefaultExperiment()
  const { modelId } = await tracking.createLoggedModel({
    modelId: files.modelId,
    experimentId: experiment.experimentId,
    name: asLoggedModelName(name),
    tags: [
      { key: 'mlflow.source.name', value: 'headrace' },
      { key: 'mlflow.source.type', value: 'LOCAL' },
    ],
  })
  await tracking.finalizeLoggedModel(modelId, 'READY')
  await createModelWhereAbsent(registry, name)
  const { version } = await registry.createModelVersion({
    name,
    source: `models:/${modelId}`,
    tags: [...tags, { key: CONTENT_DIGEST_TAG, value: files.digest }],
    ...(description === undefined ? {} : { description }),
  })
  await tracking.setLoggedModelTags(modelId, [{ key: MODEL_VERSIONS_TAG, value: versionsTag(name, version) }])
  if (alias !== undefined) await registry.setRegisteredModelAlias(name, alias, version)
  return registry.getModelVersion(name, version)
}

async function createModelWhereAbsent(registry: InnerStores['registry'], name: string): Promise<void> {
  try {
    await registry.getRegisteredModel(name)
  } catch (error) {
    if (!(error instanceof ServingError) || error.code !== 'RESOURCE_DOES_NOT_EXIST') throw error
    await registry.createRegisteredModel({ name })
  }
}

/** As Python's `json.dumps` writes it, which is what MLflow stores: spaces, and ASCII only. */
function versionsTag(name: string, version: string): string {
  return `[{"name": ${asciiJson(name)}, "version": ${version}}]`
}
