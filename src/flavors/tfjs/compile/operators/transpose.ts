import { operator } from '../graph/operator.ts'
import { inLayout, type Layout, type Lowering } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'

export interface TransposeAttributes {
  /** Dimension `i` of the result is dimension `order[i]` of the operand. */
  readonly order: readonly number[]
}

export const transpose = operator<TransposeAttributes>({
  name: 'Transpose',
  semantics: 'TensorFlow Transpose',
  infer: ([x], { order }) => {
    const rank = x!.shape.length
    if (
      order.length !== rank ||
      new Set(order).size !== rank ||
      order.some((axis) => axis < 0 || axis >= rank)
    )
      throw new NotCompiled(`[${order}] is no order of ${rank} dimensions`)
    return [{ type: x!.type, shape: order.map((axis) => x!.shape[axis]!) }]
  },
  know: ([x]) => x!.elements,
  lower: (lowering, { operands: [x], attributes: { order }, results }) => {
    const source = lowering.layoutOf(x!)
    const target = LAYOUTS.find((layout) => isSorted(orderBetween(source, layout, order)))
    const name = lowering.in(source, x!)
    if (target !== undefined) lowering.define(results[0]!, name, target)
    else lowering.define(results[0]!, transposed(lowering, name, orderBetween(source, 'channelsLast', order)))
  },
})

/** Of the result. Where the operand lies as one of them wants it, nothing moves: NCHW in a graph comes for nothing. */
const LAYOUTS = ['channelsLast', 'channelsFirst'] as const

/** Which dimension of the operand as it lies is which of the result in a layout. */
function orderBetween(source: Layout, target: Layout, order: readonly number[]): readonly number[] {
  const axes = order.map((_, axis) => axis)
  const lying = inLayout(source, axes)
  return inLayout(target, order).map((axis) => lying.indexOf(axis))
}

function isSorted(order: readonly number[]): boolean {
  return order.every((axis, index) => axis === index)
}

function transposed(lowering: Lowering, name: string, perm: readonly number[]): string {
  return lowering.onnx.node('Transpose', [name], { perm })
}
