import type { Logger } from 'pino'
import type { ResolvedModel } from '../../../core/resolved-model.ts'
import type { ImageModel } from '../../../image/image-config-of.ts'
import { bareFileName, imageModelDigest } from '../../../image/model/image-model-files.ts'
import { type ModelNeeds, modelNeeds } from '../../../image/model/model-needs.ts'
import { stampOf } from '../../../image/model/model-stamp.ts'
import { cannotBeServed } from '../../cannot-be-served.ts'
import { openRegistryClient } from '../../compose-registry.ts'
import type { EngineSettings } from '../../engine-settings.ts'
import { planOf } from '../../model-settings.ts'
import { portableUri } from '../../portable-uri.ts'
import { prepareOptions } from '../../prepare-options.ts'
import type { RegistrySettings } from '../../registry-settings.ts'
import { usageError } from '../../usage-error.ts'

/** A model that is to be put into an image. */
export interface SettledModel {
  readonly source: ResolvedModel
  readonly needs: ModelNeeds
  /** Of its files, before anything was read of them. */
  readonly stamp: string
  /** What the image tells of it. */
  readonly facts: ImageModel & { readonly digest: string }
}

type Settings = EngineSettings & RegistrySettings & { readonly modelUri: string | undefined }

/**
 * Finds a model by its URI, fetches it where it lies elsewhere, and settles what it needs: from now on it is this version, whatever an alias
 * means later. @throws ServingError of the registry, or INVALID_PARAMETER_VALUE for a model that Headrace cannot serve
 */
export async function settleModel(
  settings: Settings,
  logger: Logger,
  signal: AbortSignal,
): Promise<SettledModel> {
  const { modelUri } = settings
  if (modelUri === undefined) throw usageError('No model is named: add --model-uri (-m) URI')
  const { uri, name } = planOf(modelUri)
  const source = await resolve(uri, settings, logger, signal)
  const stamp = await stampOf(source.path)
  const needs = await modelNeeds(source.path, prepareOptions(settings, logger)).catch((error: unknown) => {
    throw cannotBeServed(uri, error)
  })
  const facts = {
    name: name ?? source.name,
    uri: portableUri(source),
    version: source.version,
    runId: needs.model.runId,
    digest: await imageModelDigest(needs),
    ...(needs.isBareFile && { file: bareFileName(source.path) }),
  }
  return { source, needs, stamp, facts }
}

async function resolve(
  uri: string,
  settings: RegistrySettings,
  logger: Logger,
  signal: AbortSignal,
): Promise<ResolvedModel> {
  const registry = openRegistryClient(settings, logger)
  try {
    return await registry.resolve(uri, { signal })
  } finally {
    await registry.close()
  }
}
