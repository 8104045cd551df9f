import { invalidParameter } from '../core/errors.ts'
import { isNamespaceName, isObjectName, isSubdomainName } from '../image/kubernetes/names.ts'
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
    parse: namespaceName,
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
    parse: subdomainName,
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
    parse: podCount,
  }),
  maxReplicas: setting<number | undefined>({
    flags: '--max-replicas <count>',
    default: undefined,
    defaultText: 'four times --replicas',
    help: 'Pods, at most; as many as --replicas for a fixed number',
    parse: podCount,
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
    parse: subdomainName,
  }),
  controlTokenSecret: setting<string | undefined>({
    flags: '--control-token-secret <name>',
    default: undefined,
    help: 'Secret with the `control-token` of who loads and unloads models',
    parse: subdomainName,
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
    parse: subdomainName,
  }),
  outputClaim: setting<string | undefined>({
    flags: '--output-claim <name>',
    default: undefined,
    defaultText: 'that of the input',
    help: 'PersistentVolumeClaim for the output, which pods of several nodes can write to',
    parse: subdomainName,
  }),
  shards: setting({
    flags: '--shards <count>',
    default: 8,
    help: 'Parts that the input is cut into, each predicted by a pod',
    parse: podCount,
  }),
  parallelism: setting<number | undefined>({
    flags: '--parallelism <count>',
    default: undefined,
    defaultText: 'all of them',
    help: 'Pods at a time',
    parse: podCount,
  }),
  retries: setting({
    flags: '--retries <count>',
    default: 3,
    help: 'How often a shard is tried again after its pod died',
    parse: retryCount,
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

/** Kubernetes' own bound for the indexes of a Job with `backoffLimitPerIndex` (API reference, JobSpec `maxFailedIndexes`). */
const MOST_PODS = 100_000

function podCount(value: string): number {
  return atMost(MOST_PODS, positiveInteger(value))
}

/** More than anybody waits for; what has more than 31 bits no API server reads. */
const MOST_RETRIES = 1000

function retryCount(value: string): number {
  return atMost(MOST_RETRIES, wholeNumber(value))
}

function atMost(most: number, count: number): number {
  if (count > most) throw invalidParameter(`'${count}' is more than ${most}`)
  return count
}

function objectName(value: string): string {
  if (isObjectName(value)) return value
  throw invalidParameter(
    `'${value}' is no name of an object: up to 63 small letters, digits and hyphens, with a letter first`,
  )
}

function namespaceName(value: string): string {
  if (isNamespaceName(value)) return value
  throw invalidParameter(
    `'${value}' is no name of a namespace: up to 63 small letters, digits and hyphens, no hyphen first or last`,
  )
}

function subdomainName(value: string): string {
  if (isSubdomainName(value)) return value
  throw invalidParameter(
    `'${value}' is no name of an object: up to 253 small letters, digits, hyphens and dots, a letter or digit at both ends of each part`,
  )
}

function namespaces(value: string): readonly string[] {
  return listed(value).map(namespaceName)
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
