import type { ArtifactTree, ArtifactTrees } from '../client/artifacts/artifact-tree.ts'
import type { MlflowClient } from '../client/mlflow-client.ts'
import { equals } from '../client/search-text.ts'
import { alreadyExists, messageOf, notImplemented, ServingError } from '../core/errors.ts'
import { DEFAULT_EXPERIMENT_ID } from '../entities/experiment.ts'
import { type LoggedModelWithData, loggedModelLocation, newModelId } from '../entities/logged-model.ts'
import type { ModelVersion } from '../entities/model-version.ts'
import { asLoggedModelName } from '../store/validation.ts'
import {
  filesToRegister,
  isMadeOf,
  LOGGED_MODEL_TAGS,
  type ModelRegistration,
  type Registered,
  type RegisteredFiles,
  versionTags,
} from './model-registration.ts'
import { type UploadProgress, uploadModelFiles } from './upload-model-files.ts'

/** A tracking server and registry, and whoever is shown how far uploads are. */
export interface RegisteringServer {
  readonly client: MlflowClient
  readonly trees: ArtifactTrees
  readonly showUpload?: (title: string) => UploadDisplay
}

export interface UploadDisplay {
  update(progress: UploadProgress): void
  /** The upload has ended, well or not. */
  stop(): Promise<void>
}

/** Where the server has gone, a failure is told before it is back. */
const AT_ONCE = { maxRetries: 0 }

/**
 * Registers a model on a server as MLflow 3's client does: a logged model of the Default experiment, PENDING until all
 * files are uploaded, and a version made from it. What fails takes the files and the logged model with it; a registered
 * model that was made for it stays, without a version.
 * @throws ServingError
 */
export async function registerOnServer(
  server: RegisteringServer,
  registration: ModelRegistration,
): Promise<Registered> {
  const files = await filesToRegister(registration)
  const found = await takeExisting(server.client, registration, files.digest)
  if (found !== undefined) return { version: found, created: false }

  const model = await logModel(server, registration, files)
  const existing = await orDiscard(server, model, async () => {
    // Another process may have registered the same files meanwhile.
    const taken = await takeExisting(server.client, registration, files.digest)
    if (taken === undefined) await createModelWhereAbsent(server.client, registration.name)
    return taken
  })
  if (existing !== undefined) {
    await discard(server, model)
    return { version: existing, created: false }
  }
  const version = await createVersion(server, registration, { model, digest: files.digest })
  return { version: await withAlias(server.client, version, registration), created: true }
}

async function takeExisting(
  client: MlflowClient,
  { name, alias, ifAbsent }: ModelRegistration,
  digest: string,
): Promise<ModelVersion | undefined> {
  if (ifAbsent !== true) return undefined
  const found = await newest(client, name, (version) => isMadeOf(version, digest))
  if (found === undefined || alias === undefined) return found
  const { aliases } = await client.getRegisteredModel(name)
  if (!aliases.some((existing) => existing.alias === alias)) {
    await client.setRegisteredModelAlias(name, alias, found.version)
  }
  return client.getModelVersion(name, found.version)
}

async function newest(
  client: MlflowClient,
  name: string,
  wanted: (version: ModelVersion) => boolean,
): Promise<ModelVersion | undefined> {
  let found: ModelVersion | undefined
  for await (const version of client.allModelVersions({ filter: equals('name', name) })) {
    if (version.name !== name || !wanted(version)) continue
    if (found === undefined || Number(found.version) < Number(version.version)) found = version
  }
  return found
}

/** The logged model, READY, with all files. */
async function logModel(
  server: RegisteringServer,
  { path, name, bare }: ModelRegistration,
  { folder }: RegisteredFiles,
): Promise<LoggedModelWithData> {
  const { client, trees, showUpload } = server
  const mlmodel = await bare?.describe()
  // A place that cannot be written is told before there is a model that has its files there.
  trees.open(loggedModelLocation(await client.getExperiment(DEFAULT_EXPERIMENT_ID), newModelId()))
  const model = await createLoggedModel(client, name)
  const tree = await openEmpty(server, model)
  return orDiscard(server, model, async () => {
    const display = showUpload?.(`Uploading ${path}`)
    try {
      const { modelId, artifactLocation: location } = model
      await uploadModelFiles({ folder, mlmodel }, tree, { modelId, location }, (progress) =>
        display?.update(progress),
      )
    } finally {
      await display?.stop()
    }
    return client.finalizeLoggedModel(model.modelId, 'READY')
  })
}

/**
 * The place of a new logged model's files. The server names it, and it may be a folder of this machine: what is there
 * already is neither written over nor taken away after a failure.
 */
async function openEmpty(server: RegisteringServer, model: LoggedModelWithData): Promise<ArtifactTree> {
  const { artifactLocation } = model
  try {
    const tree = server.trees.open(artifactLocation)
    if ((await tree.list('')).length === 0) return tree
    throw alreadyExists(`${artifactLocation}, where the files of the new model belong, is not empty`)
  } catch (error) {
    await giveUp(server.client, model)
    throw error
  }
}

async function createLoggedModel(client: MlflowClient, name: string): Promise<LoggedModelWithData> {
  try {
    return await client.createLoggedModel(DEFAULT_EXPERIMENT_ID, {
      name: asLoggedModelName(name),
      tags: Object.fromEntries(LOGGED_MODEL_TAGS.map(({ key, value }) => [key, value])),
    })
  } catch (error) {
    if (!(error instanceof ServingError) || error.code !== 'ENDPOINT_NOT_FOUND') throw error
    throw notImplemented(
      `${client.url} has no logged models, which came with MLflow 3: register the model with MLflow's own client`,
    )
  }
}

async function createModelWhereAbsent(client: MlflowClient, name: string): Promise<void> {
  try {
    await client.createRegisteredModel(name)
  } catch (error) {
    if (!(error instanceof ServingError) || error.code !== 'RESOURCE_ALREADY_EXISTS') throw error
  }
}

/** A version may have been made although its answer was lost: only one that was not gives its files up. */
async function createVersion(
  server: RegisteringServer,
  registration: ModelRegistration,
  { model, digest }: { readonly model: LoggedModelWithData; readonly digest: string },
): Promise<ModelVersion> {
  const { client } = server
  const { name, description } = registration
  const source = `models:/${model.modelId}`
  const tags = Object.fromEntries(versionTags(registration, digest).map(({ key, value }) => [key, value]))
  try {
    return await client.createModelVersion(name, source, { modelId: model.modelId, tags, description })
  } catch (error) {
    const made = await newest(client, name, (version) => version.source === source).catch(() => 'unknown')
    if (made === undefined) await discard(server, model)
    if (made === undefined || typeof made === 'string' || made.status !== 'READY') throw error
    return made
  }
}

async function withAlias(
  client: MlflowClient,
  { name, version }: ModelVersion,
  { alias }: ModelRegistration,
): Promise<ModelVersion> {
  if (alias === undefined) return client.getModelVersion(name, version)
  try {
    await client.setRegisteredModelAlias(name, alias, version)
  } catch (error) {
    const code = error instanceof ServingError ? error.code : 'INTERNAL_ERROR'
    const what = `Version ${version} of model '${name}' is registered, but without the alias '${alias}'`
    throw new ServingError(code, `${what}: ${messageOf(error)}`, { cause: error })
  }
  return client.getModelVersion(name, version)
}

async function orDiscard<T>(
  server: RegisteringServer,
  model: LoggedModelWithData,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await discard(server, model)
    throw error
  }
}

/** Removes what nobody uses, as far as the server is there and lets us. */
async function discard({ client, trees }: RegisteringServer, model: LoggedModelWithData): Promise<void> {
  await trees.open(model.artifactLocation).remove('', AT_ONCE).catch(ignored)
  await giveUp(client, model)
}

async function giveUp(client: MlflowClient, { modelId }: LoggedModelWithData): Promise<void> {
  await client.finalizeLoggedModel(modelId, 'FAILED', AT_ONCE).catch(ignored)
  await client.deleteLoggedModel(modelId, AT_ONCE).catch(ignored)
}

function ignored(): void {}
