import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { SERVE_SETTINGS } from '../../src/cli/config.ts'
import { PREDICT_SETTINGS } from '../../src/cli/predict-settings.ts'
import type { SettingsTable } from '../../src/cli/setting.ts'
import { REQUESTS_METRIC } from '../../src/image/kubernetes/autoscaler.ts'
import { batchManifests } from '../../src/image/kubernetes/batch-job.ts'
import { GENERIC_BATCH, GENERIC_SERVER } from '../../src/image/kubernetes/generic-workloads.ts'
import { kustomizationText, manifestText } from '../../src/image/kubernetes/manifest-text.ts'
import type { Container, Manifest } from '../../src/image/kubernetes/objects.ts'
import { serverManifests } from '../../src/image/kubernetes/server-manifests.ts'

const FOLDER = join(import.meta.dirname, '../../deploy/kubernetes')

function variablesOf(table: SettingsTable): readonly (string | undefined)[] {
  return Object.values(table).map(({ variable }) => variable)
}

function filesOf(manifests: readonly Manifest[]): Readonly<Record<string, string>> {
  const files = manifests.map((manifest) => [manifest.file, manifestText([manifest])] as const)
  return { ...Object.fromEntries(files), 'kustomization.yaml': kustomizationText(manifests) }
}

function read(folder: string): Readonly<Record<string, string>> {
  const path = join(FOLDER, folder)
  return Object.fromEntries(readdirSync(path).map((file) => [file, readFileSync(join(path, file), 'utf8')]))
}

/** Texts of all patches of all components and examples. */
function patches(): readonly string[] {
  return ['components', 'examples'].flatMap((folder) =>
    readdirSync(join(FOLDER, folder)).flatMap((name) => {
      const text = readFileSync(join(FOLDER, folder, name, 'kustomization.yaml'), 'utf8')
      const { patches } = parse(text) as { readonly patches: readonly { readonly patch: string }[] }
      return patches.map(({ patch }) => patch)
    }),
  )
}

describe('the manifests for any model', () => {
  it('are what `npm run docs` makes', () => {
    expect(read('base')).toEqual(filesOf(serverManifests(GENERIC_SERVER)))
    expect(read('batch')).toEqual(filesOf(batchManifests(GENERIC_BATCH)))
  })

  it('set variables that there are', () => {
    const known = [...variablesOf(SERVE_SETTINGS), ...variablesOf(PREDICT_SETTINGS)]
    const set = [...serverManifests(GENERIC_SERVER), ...batchManifests(GENERIC_BATCH)].flatMap(
      ({ object }) =>
        object.kind === 'Deployment' || object.kind === 'Job'
          ? object.spec!.template.spec!.containers.flatMap(({ env }) => (env ?? []).map(({ name }) => name))
          : [],
    )
    for (const patch of patches()) {
      const { kind, spec } = parse(patch) as {
        kind?: string
        spec: { template: { spec: { containers: Container[] } } }
      }
      if (kind !== 'Deployment') continue
      for (const { env = [] } of spec.template.spec.containers) set.push(...env.map(({ name }) => name))
    }
    expect(set).toContain('HEADRACE_SPLIT')
    expect(set.filter((name) => !known.includes(name))).toEqual([])
  })
})

describe('the rule for prometheus-adapter', () => {
  const { rules } = parse(readFileSync(join(FOLDER, 'prometheus-adapter.yaml'), 'utf8')) as {
    readonly rules: {
      readonly custom: readonly [{ seriesQuery: string; name: { as: string }; metricsQuery: string }]
    }
  }
  const [rule] = rules.custom

  it('gives the metric that the autoscaler asks for', () => {
    expect(rule.name.as).toBe(REQUESTS_METRIC)
    expect(rule.metricsQuery).toContain('stage="total"')
  })

  it('is made of one that the server has', () => {
    const source = readFileSync(join(FOLDER, '../../src/server/metrics/request-figures.ts'), 'utf8')
    const [histogram] = rule.seriesQuery.split(/_sum\{/)
    expect(source).toContain(`name: '${histogram}'`)
  })
})

it('documents are well formed, one object each', () => {
  for (const folder of ['base', 'batch']) {
    for (const text of Object.values(read(folder))) {
      const documents = [...parseAllDocuments(text)]
      expect(documents.flatMap(({ errors }) => errors)).toEqual([])
      expect(documents).toHaveLength(1)
    }
  }
})
