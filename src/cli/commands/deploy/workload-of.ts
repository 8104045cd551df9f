import { hideUserInfo, readServerUrl } from '../../../client/server-url.ts'
import { invalidParameter } from '../../../core/errors.ts'
import type { ResolvedModel } from '../../../core/resolved-model.ts'
import { readMlModel } from '../../../flavors/read-mlmodel.ts'
import type { ImageModel } from '../../../image/image-config-of.ts'
import { objectName } from '../../../image/kubernetes/names.ts'
import type { ModelRegistry, Workload } from '../../../image/kubernetes/workload.ts'
import { createLogger } from '../../../server/logger.ts'
import { openRegistryClient } from '../../compose-registry.ts'
import type { WorkloadSettings } from '../../deploy-settings.ts'
import { planOf } from '../../model-settings.ts'
import { portableUri } from '../../portable-uri.ts'
import { usageError } from '../../usage-error.ts'
import { sizeOf } from '../models/model-report.ts'

/** What a workload is called where nobody says it. */
export interface NameRule {
  /** Behind the model's name. */
  readonly ending: string
  readonly longest: number
}

/**
 * What settings and model say of a workload.
 * @throws ServingError INVALID_PARAMETER_VALUE where something is not said, or what the registry throws
 */
export async function workloadOf(
  settings: WorkloadSettings,
  { ending, longest }: NameRule,
): Promise<Workload> {
  const { modelUri, image, name, namespace, cores, memoryBytes } = settings
  if (modelUri === undefined) throw usageError('No model is named: add --model-uri (-m) URI')
  if (image === undefined) throw usageError('No image is named: add --image REFERENCE')
  if (name !== undefined && name.length > longest) {
    throw usageError(`--name: '${name}' has more than ${longest} characters`)
  }
  const registry = registryOf(modelUri, settings)
  const given = planOf(modelUri)
  const found = await resolve(given.uri, settings)
  if (registry !== undefined && portableUri(found) === undefined) {
    throw invalidParameter(
      `--from-registry: pods do not reach '${given.uri}' of this machine: name a model that the server has, such as models:/iris@champion`,
    )
  }
  const resolved = { ...found, name: given.name ?? found.name }
  return {
    name: name ?? objectName(`${resolved.name}${ending}`, longest),
    namespace,
    image,
    model: await modelOf(resolved),
    registry,
    cores,
    modelBytes: (await sizeOf(resolved.path)).bytes,
    memoryBytes,
  }
}

async function resolve(uri: string, settings: WorkloadSettings): Promise<ResolvedModel> {
  const client = openRegistryClient(settings, createLogger({ level: 'info', format: 'text' }))
  try {
    return await client.resolve(uri)
  } finally {
    await client.close()
  }
}

async function modelOf(resolved: ResolvedModel): Promise<ImageModel> {
  const { name, version, path } = resolved
  const { runId } = await readMlModel(path)
  return { name, uri: portableUri(resolved), version, runId }
}

function registryOf(
  modelUri: string,
  { fromRegistry, registrySecret, trackingUri }: WorkloadSettings,
): ModelRegistry | undefined {
  if (!fromRegistry) {
    if (registrySecret === undefined) return undefined
    throw usageError('--registry-secret is for --from-registry: the image has the model otherwise')
  }
  if (trackingUri === undefined || !/^https?:/.test(trackingUri)) {
    throw usageError(
      '--from-registry needs a server that pods reach: add --tracking-uri https://… (or MLFLOW_TRACKING_URI)',
    )
  }
  const { url, username, password } = readServerUrl(trackingUri)
  if (username !== '' || password !== '') {
    throw invalidParameter(
      'Manifests are no place for a password: put MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD into a secret (--registry-secret)',
    )
  }
  if (modelUri.includes('://') && hideUserInfo(modelUri) !== modelUri) {
    throw invalidParameter(
      `Manifests are no place for a password, nor for a query that may hold one: name the model without, ${hideUserInfo(modelUri)}`,
    )
  }
  return { modelUri, trackingUri: url, secret: registrySecret }
}
