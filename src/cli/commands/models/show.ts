import type { ResolvedModel } from '../../../core/resolved-model.ts'
import type { ModelVersion } from '../../../entities/model-version.ts'
import { readMlModel } from '../../../flavors/read-mlmodel.ts'
import { LocalRegistryClient } from '../../../registry-client/local-registry-client.ts'
import { registryLocation } from '../../registry-location.ts'
import type { ModelsOptions } from './options.ts'
import { print, printable, printJson, table, time } from './output.ts'
import { withStores } from './registry.ts'
import { signatureTable } from './signature-table.ts'

/** A registered model with its versions, or one model in full where a URI (or path) is given. */
export async function show(which: string, options: ModelsOptions): Promise<void> {
  if (/[:/]/.test(which)) await showOne(which, options)
  else await showRegisteredModel(which, options)
}

async function showRegisteredModel(name: string, options: ModelsOptions): Promise<void> {
  const { model, versions } = await withStores(options, 'read', async ({ registry }) => ({
    model: await registry.getRegisteredModel(name),
    versions: await registry.searchModelVersions(name),
  }))
  if (options.json) {
    printJson({ ...model, versions })
    return
  }
  print(printable(model.description === undefined ? model.name : `${model.name}: ${model.description}`))
  print('')
  print(table(['VERSION', 'ALIASES', 'STAGE', 'STATUS', 'CREATED (UTC)', 'SOURCE'], versions.map(versionRow)))
}

function versionRow(version: ModelVersion): readonly string[] {
  return [
    version.version,
    version.aliases.join(' ') || '-',
    version.currentStage,
    version.status,
    time(version.creationTimestamp),
    version.source,
  ]
}

async function showOne(uri: string, options: ModelsOptions): Promise<void> {
  const client = new LocalRegistryClient(registryLocation(options))
  try {
    const resolved = await client.resolve(uri)
    const mlmodel = await readMlModel(resolved.path)
    const { flavor, signature, mlflowVersion, runId, modelId } = mlmodel
    if (options.json) {
      printJson({ ...resolved, flavor, mlflowVersion, runId, modelId, signature })
      return
    }
    print(
      table(
        ['MODEL', printable(resolved.canonicalUri)],
        facts(resolved, { flavor, mlflowVersion, runId, modelId }),
      ),
    )
    print('')
    print(signature === undefined ? 'The model has no signature.' : signatureTable(signature))
  } finally {
    await client.close()
  }
}

function facts(
  { name, version, alias, path }: ResolvedModel,
  more: Readonly<Record<string, string | undefined>>,
): readonly (readonly string[])[] {
  return Object.entries({ name, version, alias, path, ...more }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value]],
  )
}
