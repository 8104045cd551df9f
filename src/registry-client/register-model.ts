import type { LocalPlaces } from '../artifacts/local-artifacts.ts'
import { asciiJson } from '../core/ascii-json.ts'
import { ServingError } from '../core/errors.ts'
import { loggedModelLocation, MODEL_VERSIONS_TAG, newModelId } from '../entities/logged-model.ts'
import type { ModelVersion } from '../entities/model-version.ts'
import type { Stores } from '../store/stores.ts'
import { asLoggedModelName } from '../store/validation.ts'
import {
  filesToRegister,
  isMadeOf,
  LOGGED_MODEL_TAGS,
  type ModelRegistration,
  type Registered,
  versionTags,
} from './model-registration.ts'
import { placeModelFiles, removeModelFiles, targetFolder } from './place-model-files.ts'

/**
 * Registers a model in a database as MLflow 3 does: a logged model of the Default experiment with a copy of the files, and a
 * version made from it. The copy is complete and on the disk before the one transaction that writes all rows, so
 * a crash leaves either the version or files that nothing names.
 * @throws ServingError
 */
export async function registerModel(
  stores: Stores,
  places: LocalPlaces,
  registration: ModelRegistration,
): Promise<Registered> {
  const { folder, digest } = await filesToRegister(registration)
  const found = await stores.transaction((inner) => takeExisting(inner, registration, digest))
  if (found !== undefined) return { version: found, created: false }

  const mlmodel = await registration.bare?.describe()
  const modelId = newModelId()
  const location = loggedModelLocation(await stores.tracking.experiments.ensureDefault(), modelId)
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

type InnerStores = Pick<Stores, 'tracking' | 'registry'>

async function takeExisting(
  { registry }: InnerStores,
  { name, alias, ifAbsent }: ModelRegistration,
  digest: string,
): Promise<ModelVersion | undefined> {
  if (ifAbsent !== true) return undefined
  const versions = await registry.modelVersions.ofModel(name)
  const found = versions.find((version) => isMadeOf(version, digest))
  if (found === undefined || alias === undefined) return found
  const { aliases } = await registry.registeredModels.get(name)
  if (!aliases.some((existing) => existing.alias === alias)) {
    await registry.registeredModels.setAlias(name, alias, found.version)
  }
  return registry.modelVersions.get(name, found.version)
}

async function writeRows(
  { tracking, registry }: InnerStores,
  registration: ModelRegistration,
  files: { readonly modelId: string; readonly digest: string },
): Promise<ModelVersion> {
  const { name, alias, description } = registration
  const experiment = await tracking.experiments.ensureDefault()
  const { modelId } = await tracking.loggedModels.create({
    modelId: files.modelId,
    experimentId: experiment.experimentId,
    name: asLoggedModelName(name),
    tags: LOGGED_MODEL_TAGS,
  })
  await tracking.loggedModels.finalize(modelId, 'READY')
  await createModelWhereAbsent(registry, name)
  const { version } = await registry.modelVersions.create({
    name,
    source: `models:/${modelId}`,
    tags: versionTags(registration, files.digest),
    ...(description === undefined ? {} : { description }),
  })
  await tracking.loggedModels.setTags(modelId, [
    { key: MODEL_VERSIONS_TAG, value: versionsTag(name, version) },
  ])
  if (alias !== undefined) await registry.registeredModels.setAlias(name, alias, version)
  return registry.modelVersions.get(name, version)
}

async function createModelWhereAbsent(registry: InnerStores['registry'], name: string): Promise<void> {
  try {
    await registry.registeredModels.get(name)
  } catch (error) {
    if (!(error instanceof ServingError) || error.code !== 'RESOURCE_DOES_NOT_EXIST') throw error
    await registry.registeredModels.create({ name })
  }
}

/** As Python's `json.dumps` writes it, which is what MLflow stores: spaces, and ASCII only. */
function versionsTag(name: string, version: string): string {
  return `[{"name": ${asciiJson(name)}, "version": ${version}}]`
}
