import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { batchManifests } from '../../src/image/kubernetes/batch-job.ts'
import { GENERIC_BATCH, GENERIC_SERVER } from '../../src/image/kubernetes/generic-workloads.ts'
import type { Manifest } from '../../src/image/kubernetes/objects.ts'
import { serverManifests } from '../../src/image/kubernetes/server-manifests.ts'
import type { ServerWorkload } from '../../src/image/kubernetes/workload.ts'
import { BREAST_CANCER, csvOfRows } from '../batch/support/batch-files.ts'
import { FROM_SOURCES, HeadraceProcess, ROOT } from '../e2e/support/headrace-process.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { problemsOf } from '../image/kubernetes/support/check-object.ts'

const FOLDER = join(ROOT, 'deploy/kubernetes')
/** kustomize v5, which `.ci/run` builds. */
const KUSTOMIZE = process.env['HEADRACE_TEST_KUSTOMIZE'] ?? 'kustomize'

function build(folder: string): readonly object[] {
  const text = execFileSync(KUSTOMIZE, ['build', '--load-restrictor', 'LoadRestrictionsNone', folder], {
    encoding: 'utf8',
  })
  return [...parseAllDocuments(text)].map((document) => document.toJS() as object)
}

/** The base with components, in a folder of its own. */
function buildWith(...components: readonly string[]): readonly object[] {
  const folder = join(temporaryFolder(), 'overlay')
  mkdirSync(folder)
  const list = components
    .map((name) => `  - ${relative(folder, join(FOLDER, 'components', name))}\n`)
    .join('')
  writeFileSync(
    join(folder, 'kustomization.yaml'),
    `resources:\n  - ${relative(folder, join(FOLDER, 'base'))}\ncomponents:\n${list}`,
  )
  return build(folder)
}

/** Without what has no meaning to Kubernetes: the order of objects, variables and ports. */
function settled(objects: readonly object[]): readonly unknown[] {
  const byName = (one: { name?: string }, other: { name?: string }) => (one.name! < other.name! ? -1 : 1)
  const sorted = objects.map((object) =>
    JSON.parse(JSON.stringify(object), (key: string, value: unknown) =>
      (key === 'env' || key === 'ports') && Array.isArray(value) && value.every((item) => 'name' in item)
        ? value.sort(byName)
        : value,
    ),
  ) as { readonly kind: string }[]
  return sorted.sort((one, other) => (one.kind < other.kind ? -1 : 1))
}

function objectsOf(manifests: readonly Manifest[]): readonly object[] {
  return manifests.map(({ object }) => object)
}

const COMPONENTS: readonly (readonly [string, Partial<ServerWorkload>])[] = [
  ['grpc', { grpcPort: 9000 }],
  ['api-keys', { apiKeySecret: 'headrace-api-keys' }],
  ['control-token', { controlTokenSecret: 'headrace-control' }],
  ['cpu-autoscaling', { scaleOn: 'cpu' }],
  [
    'from-registry',
    {
      registry: {
        modelUri: 'models:/iris@champion',
        trackingUri: 'https://mlflow.example',
        secret: 'headrace-registry',
      },
    },
  ],
]

describe('kustomize', () => {
  it('makes of the base what the generator writes', () => {
    expect(settled(build(join(FOLDER, 'base')))).toEqual(settled(objectsOf(serverManifests(GENERIC_SERVER))))
    expect(settled(build(join(FOLDER, 'batch')))).toEqual(settled(objectsOf(batchManifests(GENERIC_BATCH))))
  })

  it.each(COMPONENTS)('makes of the component %s what the option of the command does', (name, difference) => {
    const built = buildWith(name)
    expect(built.flatMap(problemsOf)).toEqual([])
    expect(settled(built)).toEqual(settled(objectsOf(serverManifests({ ...GENERIC_SERVER, ...difference }))))
  })

  it('makes of all components together objects that Kubernetes knows', () => {
    const built = buildWith(...COMPONENTS.map(([name]) => name), 'rollout')
    expect(built.flatMap(problemsOf)).toEqual([])
    expect(JSON.stringify(built)).toContain(
      'control=models:/iris@champion\\ncandidate=models:/iris@challenger',
    )
  })

  it('makes of the example one model of several, which finds its own pods and nobody else', () => {
    const built = build(join(FOLDER, 'examples/iris'))
    expect(built.flatMap(problemsOf)).toEqual([])
    const labels = {
      'app.kubernetes.io/name': 'headrace',
      'app.kubernetes.io/instance': 'iris',
      'app.kubernetes.io/component': 'model-server',
    }
    const byKind = (kind: string) => built.find((object) => (object as { kind: string }).kind === kind)
    expect(byKind('Service')).toMatchObject({ spec: { selector: labels } })
    expect(byKind('Deployment')).toMatchObject({
      spec: {
        selector: { matchLabels: labels },
        template: { spec: { serviceAccountName: 'iris-headrace-model' } },
      },
    })
    expect(byKind('ServiceMonitor')).toMatchObject({ spec: { selector: { matchLabels: labels } } })
    expect(byKind('PodDisruptionBudget')).toMatchObject({ spec: { selector: { matchLabels: labels } } })
    expect(byKind('HorizontalPodAutoscaler')).toMatchObject({
      spec: { scaleTargetRef: { name: 'iris-headrace-model' }, maxReplicas: 20 },
    })
    // What a policy says of the pods of others stays as it is.
    expect(byKind('NetworkPolicy')).toMatchObject({
      spec: {
        podSelector: { matchLabels: labels },
        ingress: [{ from: [{ podSelector: {} }, {}] }],
        egress: [
          { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }] },
        ],
      },
    })
  })
})

describe('the container of the base', () => {
  it('answers its probes and is scraped, with the variables that it is given', async () => {
    const [deployment] = serverManifests(GENERIC_SERVER).flatMap(({ object }) =>
      object.kind === 'Deployment' ? [object] : [],
    )
    const container = deployment!.spec!.template.spec!.containers[0]!
    const given = (container.env ?? []).map(({ name, value }) => [name, value!] as const)
    const env = { ...Object.fromEntries(given), MLFLOW_PORT: '0', HEADRACE_CACHE_DIR: temporaryFolder() }
    const server = new HeadraceProcess({
      command: FROM_SOURCES,
      args: container.args ?? [],
      env: { ...env, MLFLOW_HOST: '127.0.0.1', HEADRACE_MODEL_URI: join(ROOT, 'models/iris/1') },
    })
    try {
      const url = await server.listening()
      for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'] as const) {
        expect((await fetch(`${url}${container[probe]?.httpGet?.path}`)).status).toBe(200)
      }
      const body = await (await fetch(`${url}/metrics`)).text()
      const rule = readFileSync(join(FOLDER, 'prometheus-adapter.yaml'), 'utf8')
      const series = /seriesQuery: (\w+)/.exec(rule)?.[1]
      expect(series).toBe('headrace_request_stage_seconds_sum')
      expect(body).toMatch(new RegExp(`^# TYPE ${series?.replace('_sum', '')} histogram$`, 'm'))
    } finally {
      await server.stop()
    }
  })
})

describe('the container of the job', () => {
  it('makes of a file in the volume its parts, which are together what one run makes', async () => {
    const volume = temporaryFolder()
    writeFileSync(join(volume, 'rows.csv'), csvOfRows(5000))
    const plan = {
      ...GENERIC_BATCH,
      shards: 3,
      input: { claim: 'rows', path: 'rows.csv' },
      output: { claim: 'rows', path: 'scores-{shard}.csv' },
    }
    const [job] = batchManifests(plan).flatMap(({ object }) => (object.kind === 'Job' ? [object] : []))
    const { args = [] } = job!.spec!.template.spec!.containers[0]!
    const whole = join(volume, 'whole.csv')
    const runs = [0, 1, 2].map((index) =>
      args.map((arg) =>
        arg.replace(/\/data\/(input|output)/, volume).replace('$(JOB_COMPLETION_INDEX)', String(index)),
      ),
    )
    runs.push(['predict', '-i', join(volume, 'rows.csv'), '-o', whole])
    for (const args of runs) {
      const run = new HeadraceProcess({ args, env: { HEADRACE_MODEL_URI: BREAST_CANCER } })
      expect(await run.finished()).toMatchObject({ code: 0 })
    }
    const parts = ['00000', '00001', '00002'].map((part) =>
      readFileSync(join(volume, `scores-${part}-of-00003.csv`), 'utf8').replace(/^.*\n/, ''),
    )
    expect(parts.join('')).toBe(readFileSync(whole, 'utf8').replace(/^.*\n/, ''))
  })
})
