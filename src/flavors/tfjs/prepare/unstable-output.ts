import type { Tensor } from '../../../core/tensor.ts'
import { type Comparison, compareOutputs } from '../trial/compare-outputs.ts'

/** Engines round in all layers, not only the first: their difference may be so many times that of moved inputs. */
const ROUNDINGS = 16

/**
 * Whether TF.js's own output moves so much with the last digits of its inputs that a difference like this one says
 * nothing: networks that amplify roundings, as some do far outside of the inputs that they were trained with.
 */
export function isUnstable(
  expected: Tensor,
  moved: Tensor | undefined,
  { rows, compared }: { readonly rows: number; readonly compared: Extract<Comparison, { equal: false }> },
): boolean {
  if (moved === undefined) return false
  const { equal, difference = 0 } = compareOutputs(expected, moved, rows)
  if (expected.datatype !== 'FP32') return !equal
  return compared.difference !== undefined && compared.difference <= ROUNDINGS * difference
}
