import { evaluationFailed } from '../core/errors.ts'
import type { OutputMetadata, PredictOptions, Predictor, TensorMetadata } from '../core/predictor.ts'
import { allocate, elementCount, type Tensor, type TensorMap } from '../core/tensor.ts'
import { sliceRows } from '../core/tensor-rows.ts'

/**
 * Keeps empty tensors from an engine: an LSTM or GRU without rows ends the whole process in onnxruntime (1.30). A request
 * without rows is answered from a made-up row, which is cut off.
 */
export class NonemptyPredictor implements Predictor {
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
  readonly maxBatchRows: number
  readonly maxConcurrency: number
  readonly batchable: boolean
  readonly #engine: Predictor

  constructor(engine: Predictor) {
    this.#engine = engine
    this.inputs = engine.inputs
    this.outputs = engine.outputs
    this.maxBatchRows = engine.maxBatchRows
    this.maxConcurrency = engine.maxConcurrency
    this.batchable = engine.batchable
  }

  async predict(inputs: TensorMap, options?: PredictOptions): Promise<TensorMap> {
    for (const { data } of inputs.values())
      if (data.length === 0) return await this.#withoutRows(inputs, options)
    return await this.#engine.predict(inputs, options)
  }

  close(): Promise<void> {
    return this.#engine.close()
  }

  async #withoutRows(inputs: TensorMap, options: PredictOptions | undefined): Promise<TensorMap> {
    const padded = new Map([...inputs].map(([name, tensor]) => [name, this.#oneRow(name, tensor)]))
    return sliceRows(await this.#engine.predict(padded, options), 0, 0)
  }

  #oneRow(name: string, { datatype, shape: [rows, ...row] }: Tensor): Tensor {
    const count = elementCount(row)
    if (!this.batchable || rows !== 0 || count === 0)
      throw evaluationFailed(`Input '${name}' is empty, or another one is.`)
    return { datatype, shape: [1, ...row], data: allocate(datatype, count) } as Tensor
  }
}
