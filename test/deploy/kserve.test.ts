import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { SERVE_SETTINGS } from '../../src/cli/config.ts'

const FOLDER = join(import.meta.dirname, '../../deploy/kserve')

/** Fields of a runtime's `spec` (KServe 0.15, `ServingRuntimeSpec` and `ServingRuntimePodSpec`), ModelMesh's left out. */
const RUNTIME_FIELDS = [
  ...['supportedModelFormats', 'multiModel', 'disabled', 'protocolVersions', 'workerSpec', 'containers'],
  ...['volumes', 'nodeSelector', 'affinity', 'tolerations', 'labels', 'annotations', 'imagePullSecrets'],
  'hostIPC',
]
const FORMAT_FIELDS = ['name', 'version', 'autoSelect', 'priority']
const PROTOCOLS = ['v1', 'v2', 'grpc-v2']
/** Of a container in a pod, those that a serving runtime is likely to have. */
const CONTAINER_FIELDS = [
  ...['name', 'image', 'command', 'args', 'env', 'ports', 'livenessProbe', 'readinessProbe'],
  ...['startupProbe', 'resources', 'securityContext', 'volumeMounts', 'workingDir', 'imagePullPolicy'],
]
const MODEL_FIELDS = [...CONTAINER_FIELDS, 'modelFormat', 'runtime', 'protocolVersion', 'storageUri']

interface Port {
  readonly name: string
  readonly containerPort: number
}

interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: number }
  readonly grpc?: { readonly port: number }
}

interface Container {
  readonly name: string
  readonly command: readonly string[]
  readonly args: readonly string[]
  readonly ports: readonly Port[]
  readonly livenessProbe: Probe
  readonly readinessProbe: Probe
}

interface Format {
  readonly name: string
  readonly version: string
  readonly autoSelect?: boolean
  readonly priority?: number
}

interface Runtime {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec: {
    readonly supportedModelFormats: readonly Format[]
    readonly protocolVersions: readonly string[]
    readonly containers: readonly Container[]
  }
}

interface InferenceService {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly predictor: {
      readonly model: {
        readonly modelFormat: { readonly name: string }
        readonly protocolVersion: string
        readonly runtime?: string
        readonly storageUri: string
      }
    }
  }
}

function documents(file: string): unknown[] {
  const parsed = parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8'))
  return [...parsed].map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS() as unknown
  })
}

const runtimes = documents('serving-runtime.yaml') as Runtime[]
const clusterRuntimes = documents('cluster-serving-runtime.yaml') as Runtime[]
const services = documents('inference-services.yaml') as InferenceService[]

function expectKnown(object: object, fields: readonly string[]): void {
  expect(Object.keys(object).filter((field) => !fields.includes(field))).toEqual([])
}

describe.each(runtimes)('the runtime $metadata.name', ({ apiVersion, kind, spec }) => {
  const [container] = spec.containers as [Container]
  const ports = container.ports.map(({ containerPort }) => containerPort)

  test('has the fields that KServe knows', () => {
    expect([apiVersion, kind]).toEqual(['serving.kserve.io/v1alpha1', 'ServingRuntime'])
    expectKnown(spec, RUNTIME_FIELDS)
    expectKnown(container, CONTAINER_FIELDS)
    expect(spec.protocolVersions.filter((version) => !PROTOCOLS.includes(version))).toEqual([])
    for (const format of spec.supportedModelFormats) {
      expectKnown(format, FORMAT_FIELDS)
      expect(format.version).toMatch(/^\d+(\.\d+){0,2}$/)
      expect(format.autoSelect === true).toBe(format.priority !== undefined)
    }
  })

  test('has one container, with the name that KServe mounts models for and the one port that Knative takes', () => {
    expect(spec.containers.map(({ name }) => name)).toEqual(['kserve-container'])
    expect(ports).toHaveLength(1)
  })

  test('starts Headrace with settings that there are, and holds no template but the name', () => {
    expect(container.command).toEqual(['headrace', 'serve'])
    const known = Object.values(SERVE_SETTINGS).map(({ flags }) => /--[\w-]+/.exec(flags ?? '')?.[0])
    for (const arg of container.args) expect(known).toContain(arg.replace(/=.*/, ''))
    const templates = JSON.stringify(container).match(/\{\{.*?\}\}/g)
    expect(templates).toEqual(['{{.Name}}'])
  })

  test('asks for readiness at the port that is served, and for life where no model is needed', () => {
    const { readinessProbe, livenessProbe } = container
    expect(ports).toContain(readinessProbe.httpGet?.port ?? readinessProbe.grpc?.port)
    expect(livenessProbe.httpGet).toEqual({ path: '/v2/health/live', port: 8080 })
    for (const port of ports) expect(container.args.some((arg) => arg.endsWith(`port=${port}`))).toBe(true)
  })
})

test('the runtimes of a cluster are those of a namespace', () => {
  const asNamespaced = clusterRuntimes.map((runtime) => ({ ...runtime, kind: 'ServingRuntime' }))
  expect(clusterRuntimes.map(({ kind }) => kind)).toEqual(runtimes.map(() => 'ClusterServingRuntime'))
  expect(asNamespaced).toEqual(runtimes)
})

test('each protocol version has one runtime', () => {
  expect(runtimes.flatMap(({ spec }) => spec.protocolVersions).sort()).toEqual([...PROTOCOLS].sort())
})

describe.each(services)('the example $metadata.name', ({ apiVersion, kind, metadata, spec }) => {
  const { model } = spec.predictor

  test('has the fields that KServe knows, and a name that may be that of a host', () => {
    expect([apiVersion, kind]).toEqual(['serving.kserve.io/v1beta1', 'InferenceService'])
    expect(metadata.name).toMatch(/^[a-z]([a-z0-9-]*[a-z0-9])?$/)
    expectKnown(model, MODEL_FIELDS)
    expect(model.storageUri).toMatch(/^\w+:\/\//)
  })

  test('finds a runtime: the named one, or one that is selected by itself', () => {
    const found = runtimes.filter(
      (runtime) =>
        runtime.spec.protocolVersions.includes(model.protocolVersion) &&
        runtime.spec.supportedModelFormats.some(
          ({ name, autoSelect }) =>
            name === model.modelFormat.name &&
            (model.runtime === undefined ? autoSelect === true : model.runtime === runtime.metadata.name),
        ),
    )
    expect(found).toHaveLength(1)
  })
})
