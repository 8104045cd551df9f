import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A model as ONNX, and what its signature says of its one input. */
export interface ModelFiles {
  readonly name: string
  readonly onnx: Uint8Array
  readonly input: string
  /** Of one row. */
  readonly inputShape: readonly number[]
  /**
   * For a signature of double columns instead of a float32 tensor: what MLflow infers from a data frame, for a model that takes
   * float32, as exporters write them. Who knows the signature casts, all others are sent FP32.
   */
  readonly columns?: readonly string[]
}

/** Writes a model folder below `parent`. @returns its path. */
export function writeModelFolder(parent: string, model: ModelFiles): string {
  const folder = join(parent, model.name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'model.onnx'), model.onnx)
  writeFileSync(join(folder, 'MLmodel'), mlModel(signatureInputs(model)))
  return folder
}

function signatureInputs({ input, inputShape, columns }: ModelFiles): readonly unknown[] {
  if (columns !== undefined) return columns.map((name) => ({ type: 'double', name, required: true }))
  const spec = { dtype: 'float32', shape: [-1, ...inputShape] }
  return [{ name: input, type: 'tensor', 'tensor-spec': spec }]
}

/**
 * As MLflow writes it, as far as `mlflow models serve` reads it. One thread for a run, as all servers are set: they use
 * the cores by running several at a time.
 */
function mlModel(inputs: readonly unknown[]): string {
  return `flavors:
  onnx:
    data: model.onnx
    onnx_session_options:
      intra_op_num_threads: 1
    onnx_version: 1.23.2
    providers: [CPUExecutionProvider]
  python_function:
    data: model.onnx
    env: {}
    loader_module: mlflow.onnx
    python_version: 3.11.7
mlflow_version: 3.17.2
signature:
  inputs: '${JSON.stringify(inputs)}'
`
}
