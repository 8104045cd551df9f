import { expectHeld } from '../graph/expect-held.ts'
import { operator } from '../graph/operator.ts'
import { type Dimension, knownIntegers, type Value } from '../graph/value.ts'
import type { Lowering } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'

/** Operands: start, limit and delta, scalars of int32. */
export const range = operator<null>({
  name: 'Range',
  semantics:
    'TF.js rangeImpl: as TensorFlow Range, but a delta of 1 counts down where the limit is below the start',
  infer: (operands) => {
    if (operands.some(({ type }) => type !== 'int32')) throw new NotCompiled('a range that is not of int32')
    return [{ type: 'int32', shape: [knownRange(operands)?.length ?? null] }]
  },
  know: (operands) => knownRange(operands),
  lower: (lowering, { operands, results }) => {
    const [start, limit] = operands.map((operand) => lowering.channelsLast(operand))
    const names = [start!, limit!, deltaName(lowering, operands, [start!, limit!])]
    lowering.define(results[0]!, lowering.onnx.node('Range', names))
  },
})

/** More would be data, not a shape. */
const MOST_ELEMENTS = 1024

function knownRange(operands: readonly Value[]): readonly Dimension[] | undefined {
  const [start, limit, delta] = operands.map((operand) => knownIntegers(operand)?.[0])
  if (start === undefined || limit === undefined || delta === undefined) return undefined
  const step = rangeStep(start, limit, delta)
  const count = rangeLength(start, limit, step)
  expectHeld([count])
  if (!(count <= MOST_ELEMENTS)) return undefined
  return Array.from({ length: count }, (_, index) => start + index * step)
}

/** From one element to the next. */
export function rangeStep(start: number, limit: number, delta: number): number {
  return limit < start && delta === 1 ? -1 : delta
}

/** How many elements there are; NaN or infinite where the step leads nowhere. */
export function rangeLength(start: number, limit: number, step: number): number {
  return Math.max(0, Math.ceil((limit - start) / step))
}

function deltaName(lowering: Lowering, operands: readonly Value[], [start, limit]: [string, string]): string {
  const delta = knownIntegers(operands[2]!)?.[0]
  if (delta === undefined) throw new NotCompiled('a delta that is known at run time only')
  if (delta !== 1) return lowering.channelsLast(operands[2]!)
  const { onnx } = lowering
  const isDown = onnx.node('Less', [limit, start])
  return onnx.node('Where', [isDown, onnx.scalar('int32', -1), onnx.scalar('int32', 1)])
}
