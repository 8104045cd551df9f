import { knownIntegers, type Value } from '../graph/value.ts'
import type { Lowering } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'

/** Name of an int32 value as int64, as ONNX takes shapes and bounds. What is known is written as a constant. */
export function asInt64(lowering: Lowering, value: Value): string {
  const known = knownIntegers(value)
  if (known === undefined) return lowering.onnx.cast(lowering.channelsLast(value), 'int64')
  return value.shape.length === 0 ? lowering.onnx.integer(known[0]!) : lowering.onnx.integers(known)
}

/** Name of what ONNX gives as int64 in TF.js's type. */
export function asInt32(lowering: Lowering, name: string): string {
  return lowering.onnx.cast(name, 'int32')
}

/** How many dimensions a value has that is a shape. @throws NotCompiled where only a run tells. */
export function vectorLength(value: Value): number {
  const length = value.shape[0]
  if (value.type !== 'int32' || value.shape.length !== 1)
    throw new NotCompiled('a shape that is no vector of int32')
  if (length === undefined || length === null)
    throw new NotCompiled('the number of dimensions is known at run time only')
  return length
}
