import { modelFailed } from '../../../../src/core/errors.ts'
import type { PredictOptions, Predictor } from '../../../../src/core/predictor.ts'
import type { Tensor, TensorMap } from '../../../../src/core/tensor.ts'
import type { ScoringCodec } from '../../../../src/protocols/mlflow-scoring/scoring-codec.ts'

/** Doubles its column `x`, and says that a run of so many rows took so long: no clock of a busy machine has a say. */
export class TimedEngine implements Predictor {
  readonly inputs = [{ name: 'x', datatype: 'FP64', shape: [-1] }] as const
  readonly outputs = [{ name: 'y', datatype: 'FP64', shape: [-1] }] as const
  readonly maxBatchRows = Number.POSITIVE_INFINITY
  readonly maxConcurrency = 1
  readonly batchable = true
  readonly #runMs: (rows: number) => number
  /** Called before each run with its rows, and may throw. */
  onRun: (rows: number) => void = () => {}

  constructor(runMs: (rows: number) => number) {
    this.#runMs = runMs
  }

  async predict(inputs: TensorMap, { timing }: PredictOptions = {}): Promise<TensorMap> {
    const data = inputs.get('x')!.data as Float64Array
    this.onRun(data.length)
    if (timing !== undefined) timing.compute = this.#runMs(data.length)
    const doubled = data.map((value) => value * 2)
    return new Map<string, Tensor>([['y', { datatype: 'FP64', shape: [data.length], data: doubled }]])
  }

  async close(): Promise<void> {}
}

/** Reads `[1, 2, 3]` into rows of the column. */
export const COLUMN_CODEC: ScoringCodec = {
  decode(body) {
    const values: unknown = JSON.parse(new TextDecoder().decode(body))
    if (!Array.isArray(values)) throw modelFailed('No list')
    const tensor: Tensor = { datatype: 'FP64', shape: [values.length], data: Float64Array.from(values) }
    return { request: { inputs: new Map([['x', tensor]]), parameters: new Map() }, form: 'tensors' }
  },
  encode: () => '',
}
