import type { ImageModel } from '../image-config-of.ts'

/** What a model server and a batch job in a cluster have in common. */
export interface Workload {
  /** Of all its objects: a label of DNS. */
  readonly name: string
  /** Left out: whatever namespace the manifests are applied to. */
  readonly namespace?: string | undefined
  /** As the cluster's nodes pull it: `registry.example/iris:3`. */
  readonly image: string
  /** Left out where the manifests are for any model. */
  readonly model?: ImageModel | undefined
  /** Left out where the model is in the image. */
  readonly registry?: ModelRegistry | undefined
  /** Cores of a pod; a fraction runs one thread and is throttled. */
  readonly cores: number
  /** Bytes of the model's files, or of those that the memory should be enough for. */
  readonly modelBytes: number
  /** Memory of a pod, in bytes; left out: reckoned from the model and the cores. */
  readonly memoryBytes?: number | undefined
}

/** From where pods take the model when they start. */
export interface ModelRegistry {
  /** `models:/iris@champion`. */
  readonly modelUri: string
  /** `https://mlflow.example`; without a password. */
  readonly trackingUri: string
  /** Secret whose keys become variables, such as MLFLOW_TRACKING_TOKEN. */
  readonly secret?: string | undefined
}

/** What scales a server: the requests under way in its pods, by Headrace's own metrics, or their processors. */
export type ScalingSignal = 'requests' | 'cpu'

export interface ServerWorkload extends Workload {
  readonly leastReplicas: number
  /** As many as the least ones: nothing scales. */
  readonly mostReplicas: number
  readonly scaleOn: ScalingSignal
  /** Of the Open Inference Protocol over gRPC; left out: there is none. */
  readonly grpcPort?: number | undefined
  /** Secret with the clients' keys (`api-keys`) and Prometheus' own (`metrics-key`). */
  readonly apiKeySecret?: string | undefined
  /** Secret with the token of those who load and unload models (`control-token`). */
  readonly controlTokenSecret?: string | undefined
  /** Namespaces beside its own whose pods may send requests; Prometheus' among them. */
  readonly allowedNamespaces: readonly string[]
}

export interface BatchWorkload extends Workload {
  /** Parts of the input, each predicted by a pod. */
  readonly shards: number
  /** Pods at a time. */
  readonly parallelism: number
  /** How often the pod of a shard may fail before the shard does. */
  readonly retries: number
  readonly input: BatchPlace
  readonly output: BatchPlace
  /** Further options of `headrace predict`, as they are: `--append`. */
  readonly options: readonly string[]
}

/** A file in a volume. */
export interface BatchPlace {
  /** Name of a PersistentVolumeClaim. */
  readonly claim: string
  /** Relative to the root of the volume; of an output with `{shard}`. */
  readonly path: string
}
