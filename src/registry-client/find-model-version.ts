import { notFound, ServingError } from '../core/errors.ts'
import type { ModelVersion } from '../entities/model-version.ts'
import type { ModelRegistry } from './model-registry.ts'
import type { ModelUri } from './model-uri.ts'

/** The URIs that lead to a version of a registered model. */
export type VersionUri = Exclude<ModelUri, { kind: 'path' | 'logged-model' | 'run' | 'artifacts' }>

/** @throws ServingError with MLflow's text, and the names that are there instead */
export async function findModelVersion(registry: ModelRegistry, asked: VersionUri): Promise<ModelVersion> {
  try {
    return await lookUpModelVersion(registry, asked)
  } catch (error) {
    if (!(error instanceof ServingError) || !isAboutWhatIsThere(error)) throw error
    const { code, errorClass, details, message } = error
    const there = await whatIsThere(registry, asked).catch(() => undefined)
    // What else there is may be asked in vain, where not everything may be seen: that is not what was wanted.
    if (there === undefined) throw error
    const text = `${message.replace(/\.$/, '')}. ${there}`
    throw new ServingError(code, text, { details, ...(errorClass === undefined ? {} : { errorClass }) })
  }
}

/** As opposed to a registry that does not answer, or not to us. */
function isAboutWhatIsThere({ code }: ServingError): boolean {
  return code === 'RESOURCE_DOES_NOT_EXIST' || code === 'INVALID_PARAMETER_VALUE'
}

/** The same in few questions: what is there instead is not looked for. @throws ServingError */
export async function lookUpModelVersion(registry: ModelRegistry, asked: VersionUri): Promise<ModelVersion> {
  switch (asked.kind) {
    case 'version':
      return registry.getModelVersion(asked.name, asked.version)
    case 'alias':
      return registry.getModelVersionByAlias(asked.name, asked.alias)
    case 'latest':
      return highest(await registry.getLatestVersions(asked.name), asked)
    case 'stage':
      return highest(await registry.getLatestVersions(asked.name, [asked.stage]), asked)
  }
}

function highest(versions: readonly ModelVersion[], asked: VersionUri): ModelVersion {
  const [newest] = [...versions].sort((a, b) => Number(b.version) - Number(a.version))
  if (newest !== undefined) return newest
  const stage = asked.kind === 'stage' ? ` and stage '${asked.stage}'` : ''
  throw notFound(`No versions of model with name '${asked.name}'${stage} found.`)
}

async function whatIsThere(registry: ModelRegistry, asked: VersionUri): Promise<string> {
  const models = await registry.searchRegisteredModels()
  const model = models.find(({ name }) => name === asked.name)
  if (model === undefined) {
    return models.length === 0
      ? 'The registry has no models.'
      : `The registry has: ${listed(models.map(({ name }) => name))}.`
  }
  const versions = await registry.searchModelVersions(asked.name)
  const aliases = model.aliases.map(({ alias, version }) => `${alias} (version ${version})`)
  const texts = [
    versions.length === 0 ? 'no versions' : `the versions ${listed(versions.map(({ version }) => version))}`,
    aliases.length === 0 ? 'no aliases' : `the aliases ${listed(aliases)}`,
  ]
  return `'${asked.name}' has ${texts.join(' and ')}.`
}

const MOST_LISTED = 20

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_LISTED).join(', ')
  return names.length > MOST_LISTED ? `${shown} and ${names.length - MOST_LISTED} more` : shown
}
