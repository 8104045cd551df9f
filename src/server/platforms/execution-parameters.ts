export interface TransformRoom {
  readonly cores: number
  /** That a request body may have. */
  readonly bodyBytes: number
}

/** What a container suggests for a batch transform (SageMaker, "Use Your Own Inference Code with Batch Transform"). */
export interface ExecutionParameters {
  readonly MaxConcurrentTransforms: number
  readonly BatchStrategy: 'SINGLE_RECORD'
  readonly MaxPayloadInMB: number
}

const MB = 1024 * 1024
/** SageMaker's bound of payload times concurrent transforms. */
const MOST_MB = 100
/** SageMaker's own default. */
const USUAL_MB = 6

/**
 * Enough requests for every core, one to wait for each. One record a request, where a file is split at all: lines of JSON that
 * are sent together are no JSON, and lines of CSV would lack their header.
 */
export function executionParameters({ cores, bodyBytes }: TransformRoom): ExecutionParameters {
  const payload = Math.max(1, Math.min(USUAL_MB, Math.floor(bodyBytes / MB)))
  return {
    MaxConcurrentTransforms: Math.min(2 * cores, Math.floor(MOST_MB / payload)),
    BatchStrategy: 'SINGLE_RECORD',
    MaxPayloadInMB: payload,
  }
}
