import { elementCount } from '../../../../core/tensor.ts'
import type { ConstantData } from '../graph/value.ts'

/** A constant with its dimensions in another order: dimension `i` of the result is dimension `order[i]` of it. */
export function permuted<C extends ConstantData>(constant: C, order: readonly number[]): C {
  const { shape, data } = constant
  const result = new (data.constructor as new (length: number) => typeof data)(data.length)
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)))
  const dims = order.map((axis) => shape[axis]!)
  const loops = joined(order.map((axis) => ({ count: shape[axis]!, step: strides[axis]! })))
  let at = 0
  const copy = (depth: number, from: number): void => {
    const { count, step } = loops[depth]!
    if (depth === loops.length - 1) {
      for (let index = 0; index < count; index += 1) result[at++] = data[from + index * step]!
      return
    }
    for (let index = 0; index < count; index += 1) copy(depth + 1, from + index * step)
  }
  if (loops.length === 0) result.set(data)
  else if (data.length > 0) copy(0, 0)
  return { ...constant, shape: dims, data: result }
}

interface Loop {
  readonly count: number
  /** Elements from one to the next. */
  readonly step: number
}

/** As few and as long loops as do the same: those of one element are none, and neighbours may be one. */
function joined(loops: readonly Loop[]): readonly Loop[] {
  const result: Loop[] = []
  for (const loop of loops) {
    if (loop.count === 1) continue
    const before = result.at(-1)
    if (before !== undefined && before.step === loop.count * loop.step) {
      result[result.length - 1] = { count: before.count * loop.count, step: loop.step }
    } else result.push(loop)
  }
  return result
}
