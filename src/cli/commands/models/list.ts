import type { RegisteredModel } from '../../../entities/registered-model.ts'
import { print, printJson, table, time } from '../../output.ts'
import type { ModelsOptions } from './options.ts'
import { withRegistry } from './registry.ts'

export async function list(options: ModelsOptions): Promise<void> {
  const models = await withRegistry(options, (registry) => registry.searchRegisteredModels())
  if (options.json) printJson(models)
  else if (models.length === 0) print('No models are registered.')
  else print(table(['NAME', 'LATEST', 'ALIASES', 'UPDATED (UTC)'], models.map(row)))
}

function row(model: RegisteredModel): readonly string[] {
  const versions = model.latestVersions.map(({ version }) => Number(version))
  return [
    model.name,
    versions.length === 0 ? '-' : String(Math.max(...versions)),
    model.aliases.map(({ alias, version }) => `${alias}=${version}`).join(' ') || '-',
    time(model.lastUpdatedTimestamp),
  ]
}
