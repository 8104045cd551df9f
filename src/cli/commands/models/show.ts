import { printable } from '../../../core/printable.ts'
import type { ModelVersion } from '../../../entities/model-version.ts'
import { print, printJson, table, time } from '../../output.ts'
import type { ModelsOptions, OpeningOptions } from './options.ts'
import { withRegistry } from './registry.ts'

/** A registered model with its versions, or one model in full where a URI (or path) is given. */
export async function show(which: string, options: OpeningOptions): Promise<void> {
  if (!/[:/]/.test(which)) return showRegisteredModel(which, options)
  const { showModel } = await import('./show-model.ts')
  await showModel(which, options)
}

async function showRegisteredModel(name: string, options: ModelsOptions): Promise<void> {
  const { model, versions } = await withRegistry(options, async (registry) => ({
    model: await registry.getRegisteredModel(name),
    versions: await registry.searchModelVersions(name),
  }))
  if (options.json) {
    printJson({ ...model, versions })
    return
  }
  const aliases = new Map(versions.map(({ version }) => [version, [] as string[]]))
  for (const { alias, version } of model.aliases) aliases.get(version)?.push(alias)
  print(printable(model.description ? `${model.name}: ${model.description}` : model.name))
  print('')
  print(
    table(
      ['VERSION', 'ALIASES', 'STAGE', 'STATUS', 'CREATED (UTC)', 'SOURCE'],
      versions.map((version) => versionRow(version, aliases.get(version.version) ?? [])),
    ),
  )
}

/** @param aliases from the model: a server's search for versions need not give them. */
function versionRow(version: ModelVersion, aliases: readonly string[]): readonly string[] {
  return [
    version.version,
    aliases.join(' ') || '-',
    version.currentStage,
    version.status,
    time(version.creationTimestamp),
    version.source,
  ]
}
