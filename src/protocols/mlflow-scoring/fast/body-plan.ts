import type { TensorMap } from '../../../core/tensor.ts'
import type { NumberList } from '../../json-numbers/number-list.ts'
import type { NumberScanner } from '../../json-numbers/number-scanner.ts'

/**
 * Where the numbers of the bodies of one skeleton belong in the model's tensors. It answers undefined for whatever it is not sure
 * of, errors included: the general path then decides. Where it answers, it answers as the general path would (a property test
 * says so).
 */
export interface BodyPlan {
  read(lists: readonly NumberList[], scanner: NumberScanner): TensorMap | undefined
}

/** An object as `JSON.parse` makes it. */
export type JsonObject = Readonly<Record<string, unknown>>

/** In a skeleton: where a list of numbers, or a number, stood. */
export function isPlace(value: unknown): value is number {
  return typeof value === 'number'
}
