import { elementCount } from '../../../../core/tensor.ts'
import type { ConstantData } from '../graph/value.ts'

/** Elements of a cache line, so that none is read twice. */
const BLOCK = 16

/** A dimension, or several that stay side by side: how far apart its elements are before and after. */
interface Axis {
  readonly count: number
  readonly from: number
  readonly to: number
}

/** A constant with its dimensions in another order: dimension `i` of the result is dimension `order[i]` of it. */
export function permuted<C extends ConstantData>(constant: C, order: readonly number[]): C {
  const { shape, data } = constant
  const result = new (data.constructor as new (length: number) => typeof data)(data.length)
  if (data.length > 0) move(data, result, joined(axesOf(shape, order)))
  return { ...constant, shape: order.map((axis) => shape[axis]!), data: result }
}

/** In the order of the result; those of one element left out. */
function axesOf(shape: readonly number[], order: readonly number[]): readonly Axis[] {
  const dims = order.map((axis) => shape[axis]!)
  return order
    .map((axis, index) => ({
      count: dims[index]!,
      from: elementCount(shape.slice(axis + 1)),
      to: elementCount(dims.slice(index + 1)),
    }))
    .filter(({ count }) => count > 1)
}

/** With those made one that follow each other before and after. */
function joined(axes: readonly Axis[]): readonly Axis[] {
  const result: Axis[] = []
  for (const axis of axes) {
    const last = result.at(-1)
    const follows = last !== undefined && last.from === axis.count * axis.from
    if (follows) result[result.length - 1] = { ...axis, count: last.count * axis.count }
    else result.push(axis)
  }
  return result
}

/** Reads along the dimension whose elements are side by side, a block at a time; writes in the order of the result. */
function move(data: ConstantData['data'], result: ConstantData['data'], axes: readonly Axis[]): void {
  const inner = axes.find(({ from }) => from === 1) ?? { count: 1, from: 1, to: 1 }
  const outer = axes.filter((axis) => axis !== inner)
  const copy = (depth: number, from: number, to: number, count: number): void => {
    const axis = outer[depth]
    if (axis === undefined) {
      for (let index = 0; index < count; index += 1) result[to + index * inner.to] = data[from + index]!
      return
    }
    for (let index = 0; index < axis.count; index += 1) {
      copy(depth + 1, from + index * axis.from, to + index * axis.to, count)
    }
  }
  const block = inner.to === 1 ? inner.count : BLOCK
  for (let start = 0; start < inner.count; start += block) {
    copy(0, start, start * inner.to, Math.min(block, inner.count - start))
  }
}
