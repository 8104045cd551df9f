import type { MlflowClient } from '../../../../client/mlflow-client.ts'
import { isUnreachable } from '../../../../core/errors.ts'
import type { ModelFacts } from './model-facts.ts'

const MODEL_ID = /\bm-[0-9a-f]{32}\b/

/**
 * The logged model that a served model is of; undefined where there is none, or nobody who knows.
 * @throws ServingError where the registry cannot be reached
 */
export async function modelIdOf(
  client: MlflowClient,
  { uri, version }: Pick<ModelFacts, 'uri' | 'version'>,
): Promise<string | undefined> {
  const direct = MODEL_ID.exec(uri)?.[0]
  const name = /^models:\/+(.+)[@/][^@/]+$/i.exec(uri)?.[1]
  // Aliases and stages may lead elsewhere by now: what is served is the version.
  if (direct !== undefined || name === undefined || !/^\d+$/.test(version)) return direct
  try {
    const { source } = await client.getModelVersion(name, version)
    const location = await client.getModelVersionDownloadUri(name, version)
    return MODEL_ID.exec(`${source} ${location}`)?.[0]
  } catch (error) {
    if (isUnreachable(error)) throw error
    return undefined
  }
}
