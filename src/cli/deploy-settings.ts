import { invalidParameter } from '../core/errors.ts'
import { isObjectName } from '../image/kubernetes/names.ts'
import { OPTIONAL_OBJECTS, type OptionalObject } from '../image/kubernetes/server-manifests.ts'
import type { ScalingSignal } from '../image/kubernetes/workload.ts'
import { imageReference } from './image-settings.ts'
import { REGISTRY_SETTINGS } from './registry-settings.ts'
import { flag, type SettingsOf, setting } from './setting.ts'
import { bytes, listed, oneOf, port, positiveInteger, positiveNumber, text, wholeNumber } from './values.ts'

/** The settings of `headrace deploy kubernetes` and `headrace deploy kubernetes-job`. */

const WORKLOAD = {
  modelUri: setting<string | undefined>({
    flags: '-m, --model-uri <uri>',
    variable: 'HEADRACE_MODEL_URI',
    default: undefined,
    help: 'Model: any URI that `headrace serve` takes. It says the names, the annotations and the memory',
    parse: text,
  }),
  image: setting<string | undefined>({
    flags: '--image <reference>',
    default: undefined,
    help: 'Image that the nodes pull: one with the model in it, or with --from-registry any of Headrace',
    parse: imageReference,
  }),
  name: setting<string | undefined>({
    flags: '--name <name>',
    default: undefined,
    defaultText: "the model's, as far as a cluster takes it",
    help: 'Name of all objects',
    parse: objectName,
  }),
  namespace: setting<string | undefined>({
    flags: '--namespace <name>',
    default: undefined,
    defaultText: 'that of whoever applies the manifests',
    help: 'Namespace of all objects',
    parse: objectName,
  }),
  cores: setting({
    flags: '--cpu <cores>',
    default: 1,
    help: 'Cores of each pod; Headrace has a thread for each whole one',
    parse: positiveNumber,
  }),
  memoryBytes: setting<number | undefined>({
    flags: '--memory <size>',
    default: undefined,
    defaultText: "by the model's files and the cores",
    help: 'Memory of each pod: 512m, 2g',
    parse: bytes,
  }),
  fromRegistry: flag({
    flags: '--from-registry',
    help: 'Pods take the model from the tracking server when they start, and not from the image',
  }),
  registrySecret: setting<string | undefined>({
    flags: '--registry-secret <name>',
    default: undefined,
    help: 'Secret with variables for that server, such as MLFLOW_TRACKING_TOKEN',
    parse: objectName,
  }),
} as const

/** `headrace deploy kubernetes`. */
export const DEPLOY_SETTINGS = {
  ...WORKLOAD,
  outputPath: setting<string | undefined>({
    flags: '-o, --output-path <path>',
    default: undefined,
    defaultText: 'standard output',
    help: 'File for all manifests, or a folder (one that is there, or ends in /) for a file each and a kustomization',
    parse: text,
  }),
  replicas: setting({
    flags: '--replicas <count>',
    default: 2,
    help: 'Pods, at least',
    parse: positiveInteger,
  }),
  maxReplicas: setting<number | undefined>({
    flags: '--max-replicas <count>',
    default: undefined,
    defaultText: 'four times --replicas',
    help: 'Pods, at most; as many as --replicas for a fixed number',
    parse: positiveInteger,
  }),
  scaleOn: setting<ScalingSignal>({
    flags: '--scale-on <signal>',
    default: 'requests',
    help: "What more pods are started for: requests under way (requests: Headrace's metric, by prometheus-adapter) or the processors' load (cpu)",
    parse: oneOf(['requests', 'cpu']),
  }),
  grpcPort: setting<number | undefined>({
    flags: '--grpc-port <port>',
    default: undefined,
    help: 'Port on which the Open Inference Protocol is served over gRPC as well',
    parse: podPort,
  }),
  apiKeySecret: setting<string | undefined>({
    flags: '--api-key-secret <name>',
    default: undefined,
    help: "Secret with the clients' keys: `api-keys`, separated by spaces, and `metrics-key`, the one of them that Prometheus shows",
    parse: objectName,
  }),
  controlTokenSecret: setting<string | undefined>({
    flags: '--control-token-secret <name>',
    default: undefined,
    help: 'Secret with the `control-token` of who loads and unloads models',
    parse: objectName,
  }),
  allowedNamespaces: setting<readonly string[]>({
    flags: '--allow-namespaces <names>',
    default: ['monitoring'],
    help: 'Namespaces, separated by commas, whose pods may send requests beside those of the same one',
    parse: namespaces,
  }),
  without: setting<readonly OptionalObject[]>({
    flags: '--without <objects>',
    default: [],
    help: `Objects to leave out, separated by commas: ${OPTIONAL_OBJECTS.join(', ')}`,
    parse: (value) => listed(value).map(oneOf(OPTIONAL_OBJECTS)),
  }),
  ...REGISTRY_SETTINGS,
} as const

export type DeploySettings = SettingsOf<typeof DEPLOY_SETTINGS>

/** `headrace deploy kubernetes-job`. */
export const DEPLOY_JOB_SETTINGS = {
  ...WORKLOAD,
  inputPath: setting<string | undefined>({
    flags: '-i, --input-path <file>',
    default: undefined,
    help: 'Rows to be predicted: a file of the volume, by its path in it',
    parse: pathInVolume,
  }),
  outputPath: setting<string | undefined>({
    flags: '-o, --output-path <file>',
    default: undefined,
    help: 'Where the predictions are written, by its path in the volume; {shard} in it, else an ending of its name, tells the parts apart',
    parse: pathInVolume,
  }),
  inputClaim: setting<string | undefined>({
    flags: '--input-claim <name>',
    default: undefined,
    help: 'PersistentVolumeClaim with the input',
    parse: objectName,
  }),
  outputClaim: setting<string | undefined>({
    flags: '--output-claim <name>',
    default: undefined,
    defaultText: 'that of the input',
    help: 'PersistentVolumeClaim for the output, which pods of several nodes can write to',
    parse: objectName,
  }),
  shards: setting({
    flags: '--shards <count>',
    default: 8,
    help: 'Parts that the input is cut into, each predicted by a pod',
    parse: shardCount,
  }),
  parallelism: setting<number | undefined>({
    flags: '--parallelism <count>',
    default: undefined,
    defaultText: 'all of them',
    help: 'Pods at a time',
    parse: positiveInteger,
  }),
  retries: setting({
    flags: '--retries <count>',
    default: 3,
    help: 'How often a shard is tried again after its pod died',
    parse: wholeNumber,
  }),
  manifests: setting<string | undefined>({
    flags: '--manifests <path>',
    default: undefined,
    defaultText: 'standard output',
    help: 'File for all manifests, or a folder (one that is there, or ends in /) for a file each and a kustomization',
    parse: text,
  }),
  ...REGISTRY_SETTINGS,
} as const

export type DeployJobSettings = SettingsOf<typeof DEPLOY_JOB_SETTINGS>

/** What both commands read in the same way. */
export type WorkloadSettings = Pick<
  DeploySettings & DeployJobSettings,
  Exclude<keyof DeploySettings & keyof DeployJobSettings, 'outputPath'>
>

/** Kubernetes' own bound for `backoffLimitPerIndex` (API reference, JobSpec `maxFailedIndexes`). */
const MOST_SHARDS = 100_000

function shardCount(value: string): number {
  const count = positiveInteger(value)
  if (count > MOST_SHARDS) throw invalidParameter(`'${value}' is more than ${MOST_SHARDS}`)
  return count
}

function objectName(value: string): string {
  if (isObjectName(value)) return value
  throw invalidParameter(
    `'${value}' is no name of an object: up to 63 small letters, digits and hyphens, with a letter first`,
  )
}

function namespaces(value: string): readonly string[] {
  return listed(value).map(objectName)
}

/** One that a user who is not root may listen on. */
function podPort(value: string): number {
  const parsed = port(value)
  if (parsed >= 1024 && parsed !== 8080) return parsed
  throw invalidParameter(`'${value}' is not a free port from 1024 up (8080 is that of HTTP)`)
}

function pathInVolume(value: string): string {
  const parts = value.split('/')
  if (value !== '' && !value.startsWith('/') && !value.includes('\0') && !parts.includes('..')) return value
  throw invalidParameter(`'${value}' is not a path in a volume: neither / in front nor .. in it`)
}
