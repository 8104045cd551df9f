import type { Predictor } from '../../../core/predictor.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import { sliceRows } from '../../../core/tensor-rows.ts'
import { compareOutputs } from '../trial/compare-outputs.ts'
import { GENTLE_ROWS, type Sizes } from '../trial/proof-cases.ts'
import { type ProvableInput, seededInputs } from '../trial/seeded-inputs.ts'

/**
 * Whether two rows are answered together as each is alone. Of what is equal for several rows at once onnxruntime alone
 * is asked, which takes less time.
 */
export async function areRowsIndependent(
  candidate: Predictor,
  inputs: readonly ProvableInput[],
  sizes: Sizes,
): Promise<boolean> {
  if (!candidate.batchable) return false
  const spreads = GENTLE_ROWS.slice(0, 2)
  const { length } = spreads
  const rows = seededInputs(inputs, { spreads, sizes, seed: 1 })
  const together = await candidate.predict(rows)
  for (const { shape } of together.values()) if (shape[0] !== length) return false
  for (let row = 0; row < length; row += 1) {
    const alone = await candidate.predict(sliceRows(rows, row, row + 1))
    if (!isEqual(alone, sliceRows(together, row, row + 1))) return false
  }
  return true
}

function isEqual(expected: TensorMap, actual: TensorMap): boolean {
  return [...expected].every(([name, output]) => compareOutputs(output, actual.get(name)!, 1).equal)
}
