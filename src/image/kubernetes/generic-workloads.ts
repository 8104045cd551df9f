import type { BatchWorkload, ServerWorkload } from './workload.ts'

/** Stands for the image of a model. */
const IMAGE = 'registry.example/model:1'
/** What the memory of the manifests for any model is enough for. */
const MODEL_BYTES = 50 * 1024 * 1024

/** Of `deploy/kubernetes/base`: any model that is in its image. */
export const GENERIC_SERVER: ServerWorkload = {
  name: 'headrace-model',
  image: IMAGE,
  cores: 1,
  modelBytes: MODEL_BYTES,
  leastReplicas: 2,
  mostReplicas: 8,
  scaleOn: 'requests',
  allowedNamespaces: ['monitoring'],
}

/** Of `deploy/kubernetes/batch`. */
export const GENERIC_BATCH: BatchWorkload = {
  name: 'headrace-predict',
  image: IMAGE,
  cores: 1,
  modelBytes: MODEL_BYTES,
  shards: 8,
  parallelism: 8,
  retries: 3,
  input: { claim: 'rows', path: 'rows.parquet' },
  output: { claim: 'predictions', path: 'predictions-{shard}.parquet' },
  options: [],
}
