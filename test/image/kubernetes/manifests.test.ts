import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { batchManifests } from '../../../src/image/kubernetes/batch-job.ts'
import { GENERIC_BATCH, GENERIC_SERVER } from '../../../src/image/kubernetes/generic-workloads.ts'
import { manifestText } from '../../../src/image/kubernetes/manifest-text.ts'
import { isObjectName, labelValue, objectName } from '../../../src/image/kubernetes/names.ts'
import type { Container, Manifest } from '../../../src/image/kubernetes/objects.ts'
import { serverManifests } from '../../../src/image/kubernetes/server-manifests.ts'
import type { ServerWorkload } from '../../../src/image/kubernetes/workload.ts'
import { problemsOf } from './support/check-object.ts'

const EVERYTHING: ServerWorkload = {
  ...GENERIC_SERVER,
  name: 'iris',
  namespace: 'models',
  model: {
    name: 'iris',
    uri: 'models:/iris@champion',
    version: '3',
    runId: 'a1',
    digest: `sha256:${'0'.repeat(64)}`,
  },
  registry: {
    modelUri: 'models:/iris@champion',
    trackingUri: 'http://mlflow.example:5000',
    secret: 'mlflow',
  },
  cores: 0.5,
  scaleOn: 'cpu',
  grpcPort: 9000,
  apiKeySecret: 'keys',
  controlTokenSecret: 'control',
}

function objects(manifests: readonly Manifest[]): readonly object[] {
  return manifests.map(({ object }) => object)
}

function container(manifests: readonly Manifest[]): Container {
  for (const { object } of manifests) {
    if (object.kind === 'Deployment' || object.kind === 'Job')
      return object.spec!.template.spec!.containers[0]!
  }
  throw new Error('There is no container')
}

function variables({ env = [] }: Container): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]))
}

/** As Kubernetes replaces `$(NAME)` in arguments and values (k8s.io/kubernetes/third_party/forked/golang/expansion). */
function expanded(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (found, name: string | undefined) =>
    found === '$$' ? '$' : (values[name ?? ''] ?? found),
  )
}

describe('the check of objects', () => {
  it('finds fields that there are not, and values of a wrong kind', () => {
    const [{ object }] = serverManifests(GENERIC_SERVER) as [Manifest]
    expect(problemsOf(object)).toEqual([])
    expect(problemsOf({ ...object, automountServiceToken: true })).toEqual([
      '/automountServiceToken is no field',
    ])
    expect(problemsOf({ ...object, automountServiceAccountToken: 'yes' })).toHaveLength(1)
    expect(problemsOf({ ...object, metadata: { name: 'a', label: {} } })).toEqual([
      '/metadata/label is no field',
    ])
    expect(problemsOf({ apiVersion: 'v1', kind: 'Pot' })).toEqual(['There is no schema of v1 Pot'])
  })
})

describe('manifests of a server', () => {
  it.each([
    ['as they are', GENERIC_SERVER],
    ['with everything', EVERYTHING],
  ])('are what Kubernetes knows, %s', (_, workload) => {
    for (const object of objects(serverManifests(workload))) expect(problemsOf(object)).toEqual([])
  })

  it('have nothing to scale, or that a cluster lacks the parts for, where that is not wanted', () => {
    const kinds = (manifests: readonly Manifest[]) => manifests.map(({ object }) => object.kind)
    expect(kinds(serverManifests(GENERIC_SERVER))).toHaveLength(7)
    const few = serverManifests(GENERIC_SERVER, ['autoscaler', 'service-monitor', 'network-policy'])
    expect(kinds(few)).toEqual(['ServiceAccount', 'Deployment', 'Service', 'PodDisruptionBudget'])
    expect(few[1]!.object).toMatchObject({ spec: { replicas: 2 } })
    // An autoscaler alone says how many there are: a number here would undo what it has done, at each apply.
    expect(serverManifests(GENERIC_SERVER)[1]!.object).not.toHaveProperty('spec.replicas')
  })

  it('run without rights, and write to nothing but a scratch folder', () => {
    const { securityContext, volumeMounts } = container(serverManifests(EVERYTHING))
    expect(securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(volumeMounts).toEqual([{ name: 'scratch', mountPath: '/tmp' }])
    expect(serverManifests(EVERYTHING)[1]!.object).toMatchObject({
      spec: {
        template: {
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 1000,
              seccompProfile: { type: 'RuntimeDefault' },
            },
          },
        },
      },
    })
  })

  it('take the model from a registry where it is not in the image', () => {
    expect(variables(container(serverManifests(GENERIC_SERVER)))).not.toHaveProperty('HEADRACE_MODEL_URI')
    const run = container(serverManifests(EVERYTHING))
    expect(variables(run)).toMatchObject({
      HEADRACE_MODEL_URI: 'models:/iris@champion',
      MLFLOW_TRACKING_URI: 'http://mlflow.example:5000',
    })
    expect(run.envFrom).toEqual([{ secretRef: { name: 'mlflow' } }])
    const policy = serverManifests(EVERYTHING).find(({ object }) => object.kind === 'NetworkPolicy')
    expect(policy?.object).toMatchObject({ spec: { egress: [{}, { ports: [{ port: 5000 }] }] } })
  })

  it('give memory for each thread that has the model', () => {
    const memory = (cores: number, modelBytes: number) =>
      container(serverManifests({ ...GENERIC_SERVER, cores, modelBytes })).resources
    expect(memory(1, 0)).toEqual({
      requests: { cpu: '1', memory: '448Mi' },
      limits: { cpu: '1', memory: '448Mi' },
    })
    expect(memory(4, 100 * 1024 * 1024)?.limits).toEqual({ cpu: '4', memory: '1472Mi' })
    expect(memory(0.5, 0)?.limits).toMatchObject({ cpu: '500m' })
  })

  it('know no pods of a job of the same name', () => {
    const selectors = [serverManifests(GENERIC_SERVER)[2], batchManifests(GENERIC_BATCH)[2]].map(
      (manifest) =>
        manifest?.object.kind === 'Service'
          ? manifest.object.spec?.selector
          : manifest?.object.kind === 'Job' && manifest.object.spec?.template.metadata?.labels,
    )
    const [asked, labels] = selectors as [Record<string, string>, Record<string, string>]
    expect(Object.keys(asked).filter((key) => asked[key] !== labels[key])).toContain(
      'app.kubernetes.io/component',
    )
  })
})

describe('manifests of a job', () => {
  it('are what Kubernetes knows', () => {
    const shared = { ...GENERIC_BATCH, output: { claim: 'rows', path: 'out-{shard}.csv' } }
    for (const workload of [GENERIC_BATCH, shared, { ...GENERIC_BATCH, registry: EVERYTHING.registry }]) {
      for (const object of objects(batchManifests(workload))) expect(problemsOf(object)).toEqual([])
    }
  })

  it('tell each pod its part, and no pod anything else', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (path, option) => {
        const plan = { ...GENERIC_BATCH, input: { claim: 'rows', path }, options: [option] }
        const { args = [] } = container(batchManifests(plan))
        const values = { JOB_COMPLETION_INDEX: '3' }
        expect(args.map((arg) => expanded(arg, values))).toEqual([
          'predict',
          `--input-path=/data/input/${path}`,
          '--output-path=/data/output/predictions-{shard}.parquet',
          '--shard=3/8',
          '--resume-if-same',
          '--no-progress',
          option,
        ])
      }),
    )
  })
})

describe('the text of manifests', () => {
  it('reads as what was written, whatever the values are, by YAML 1.1 too', () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'no',
        'on',
        'y',
        '1e3',
        '012',
        '0x1f',
        '1:30',
        '~',
        '',
        '- a',
        '{a: b}',
        'a: b # c',
        '---\nkind: Pod',
      ),
    )
    fc.assert(
      fc.property(odd, odd, (uri, name) => {
        const model = { name, uri, version: '1' }
        const manifests = serverManifests({ ...EVERYTHING, model }).slice(0, 2)
        const text = manifestText(manifests)
        for (const version of ['1.1', '1.2'] as const) {
          const read = [...parseAllDocuments(text, { version })].map((document) => document.toJS() as object)
          expect(read).toEqual(objects(manifests))
        }
      }),
      { numRuns: 20 },
    )
  })

  it('says where the memory comes from', () => {
    const text = manifestText(serverManifests({ ...GENERIC_SERVER, cores: 2 }))
    expect(text).toContain(
      '# Memory: 256Mi for the program, 128Mi for what comes in, and for each of 2 threads 64Mi and 2 times',
    )
    expect(parse(text.split('---\n')[1]!)).toMatchObject({ kind: 'Deployment' })
  })
})

describe('names', () => {
  it.each([
    ['iris', 'iris'],
    ['Iris Classifier_v2', 'iris-classifier-v2'],
    ['Crème brûlée', 'creme-brulee'],
    ['3-class', 'model-3-class'],
  ])('of %j', (text, name) => {
    expect(objectName(text)).toBe(name)
  })

  it('are such as a cluster takes, whatever the model is called, and differ where the cut texts do', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: 20, max: 63 }),
        (text, longest) => {
          expect(isObjectName(objectName(text, longest), longest)).toBe(true)
          expect(labelValue(text)).toMatch(/^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/)
        },
      ),
    )
    const long = 'a'.repeat(80)
    expect(objectName(`${long}1`)).not.toBe(objectName(`${long}2`))
    expect(objectName('模型')).not.toBe(objectName('数据'))
  })
})
