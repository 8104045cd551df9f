/** How a request carries its rows. */
export type Wire = 'json' | 'binary' | 'csv'

/**
 * How a server wants them written:
 * - `mlflow`: MLflow's scoring protocol, `inputs` for a tensor signature and `dataframe_split` for columns
 * - `csv`: MLflow's `text/csv`, with a header line
 * - `v2`: Open Inference Protocol, JSON; `v2-binary`: its binary tensor data extension, both ways
 * - `plain`: `{"x": [[…]]}`, what a handler of a few lines takes
 * - `raw`: the little-endian elements and nothing else, what such a handler takes for images
 */
export type Dialect = 'mlflow' | 'csv' | 'v2' | 'v2-binary' | 'plain' | 'raw'

export type WorkloadDatatype = 'FP32' | 'FP64'

/** A model on disk, and the rows that each request of a scenario asks it for. */
export interface Workload {
  /** Servers serve it under this name where they ask for one. */
  readonly name: string
  /** MLflow model folder: MLmodel with a signature, model.onnx. */
  readonly folder: string
  readonly onnxFile: string
  /** A row takes the engine longer than half a millisecond: Headrace runs it in threads beside those that serve. */
  readonly isLong?: true
  readonly input: {
    readonly name: string
    readonly datatype: WorkloadDatatype
    /** With the rows of one request as its first dimension. */
    readonly shape: readonly number[]
    readonly data: Float32Array | Float64Array
    /** Where the signature has columns instead of a tensor. */
    readonly columns?: readonly string[]
  }
  readonly output: {
    readonly name: string
    readonly datatype: WorkloadDatatype
    /** With rows. */
    readonly shape: readonly number[]
  }
  /** What onnxruntime itself answers to `input`, row by row. */
  readonly expected: readonly number[]
}

export interface BenchRequest {
  readonly body: Buffer
  /** With the content type. */
  readonly headers: Readonly<Record<string, string>>
}
