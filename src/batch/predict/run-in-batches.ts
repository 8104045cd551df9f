import type { Parameters } from '../../core/inference.ts'
import type { Predictor } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import { joinRows, rowCount, sliceRows } from '../../core/tensor-rows.ts'

export interface BatchRun {
  readonly inputs: TensorMap
  readonly parameters: Parameters
  /** Most rows of one run of the engine. A model that is not batchable gets all of them at once. */
  readonly batchRows: number
}

/** The outputs of all rows, whose inputs are run a batch at a time. */
export async function runInBatches(
  predictor: Predictor,
  { inputs, parameters, batchRows }: BatchRun,
): Promise<TensorMap> {
  const rows = rowCount(inputs)
  if (rows <= batchRows || !predictor.batchable) return predictor.predict(inputs, { parameters })
  const outputs: TensorMap[] = []
  for (let from = 0; from < rows; from += batchRows) {
    const batch = sliceRows(inputs, from, Math.min(rows, from + batchRows))
    outputs.push(await predictor.predict(batch, { parameters }))
  }
  return joinRows(outputs)
}
