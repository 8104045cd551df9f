import { elementCount } from '../../../../core/tensor.ts'
import type { ConstantData } from '../graph/value.ts'

/** A constant with its dimensions in another order: dimension `i` of the result is dimension `order[i]` of it. */
export function permuted<C extends ConstantData>(constant: C, order: readonly number[]): C {
  const { shape, data } = constant
  const result = new (data.constructor as new (length: number) => typeof data)(data.length)
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)))
  const dims = order.map((axis) => shape[axis]!)
  const steps = order.map((axis) => strides[axis]!)
  let at = 0
  const copy = (depth: number, from: number): void => {
    const count = dims[depth]!
    const step = steps[depth]!
    if (depth === dims.length - 1) {
      for (let index = 0; index < count; index += 1) result[at++] = data[from + index * step]!
      return
    }
    for (let index = 0; index < count; index += 1) copy(depth + 1, from + index * step)
  }
  if (dims.length === 0) result.set(data)
  else if (data.length > 0) copy(0, 0)
  return { ...constant, shape: dims, data: result }
}
