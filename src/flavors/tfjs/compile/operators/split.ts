import { type Operator, operator } from '../graph/operator.ts'
import type { Shape } from '../graph/value.ts'
import { NotCompiled } from '../not-compiled.ts'
import { axisIn } from './layout.ts'
import type { AxisAttributes } from './reshape.ts'

export interface SplitAttributes extends AxisAttributes {
  /** Lengths of the parts along the axis; together they are all of it. */
  readonly sizes: readonly number[]
}

/** Results of one node. Whoever splits into more means to exhaust the memory. */
const MOST_PARTS = 2 ** 14

/** One result for each size. */
export const split: Operator<SplitAttributes> = operator({
  name: 'Split',
  semantics: 'TensorFlow SplitV',
  infer: ([x], { axis, sizes }) => {
    const whole = sizes.reduce((sum, size) => sum + size, 0)
    const dim = x!.shape[axis]
    expectParts(sizes.length)
    if (!sizes.every((size) => Number.isInteger(size) && size >= 0))
      throw new NotCompiled(`parts of [${sizes}]`)
    if (dim === undefined) throw new NotCompiled(`there is no dimension ${axis}`)
    if (dim !== null && dim !== whole)
      throw new NotCompiled(`parts of [${sizes}] do not make up a dimension of ${dim}`)
    return sizes.map((size) => ({ type: x!.type, shape: withDimension(x!.shape, axis, size) }))
  },
  know: ([x], { sizes }) => x!.elements?.slice(0, sizes[0]),
  lower: (lowering, { operands: [x], attributes: { axis, sizes }, results }) => {
    const layout = lowering.layoutOf(x!)
    const names = lowering.onnx.nodeOf(sizes.length, {
      type: 'Split',
      inputs: [lowering.in(layout, x!), lowering.onnx.integers(sizes)],
      attributes: { axis: axisIn(layout, axis, x!.shape.length) },
    })
    for (const [index, name] of names.entries()) lowering.define(results[index]!, name, layout)
  },
})

/** One result for each index along the axis, which it loses. */
export const unpack: Operator<AxisAttributes> = operator({
  name: 'Unpack',
  semantics: 'TensorFlow Unpack',
  infer: ([x], { axis }) => {
    const count = x!.shape[axis]
    if (count === undefined || count === null) throw new NotCompiled('how many parts there are is not known')
    expectParts(count)
    const shape = x!.shape.filter((_, index) => index !== axis)
    return Array.from({ length: count }, () => ({ type: x!.type, shape }))
  },
  know: ([x]) => x!.elements?.slice(0, 1),
  lower: (lowering, { operands: [x], attributes: { axis }, results }) => {
    const parts = lowering.onnx.nodeOf(results.length, {
      type: 'Split',
      inputs: [lowering.channelsLast(x!), lowering.onnx.integers(results.map(() => 1))],
      attributes: { axis },
    })
    const axes = lowering.onnx.integers([axis])
    for (const [index, part] of parts.entries())
      lowering.define(results[index]!, lowering.onnx.node('Squeeze', [part, axes]))
  },
})

/** @throws NotCompiled where there would be too many, or none. */
export function expectParts(count: number): void {
  if (count < 1 || count > MOST_PARTS) throw new NotCompiled(`${count} parts`)
}

function withDimension(shape: Shape, axis: number, dim: number): Shape {
  return shape.map((each, index) => (index === axis ? dim : each))
}
