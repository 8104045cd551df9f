import { operator } from '../graph/operator.ts'
import { inLayout } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'
import { layoutOf } from './layout.ts'

export interface TileAttributes {
  /** How often along each axis. */
  readonly repeats: readonly number[]
}

export const tile = operator<TileAttributes>({
  name: 'Tile',
  semantics: 'TensorFlow Tile with constant multiples',
  infer: ([x], { repeats }) => {
    if (repeats.length !== x!.shape.length || repeats.some((count) => count < 0))
      throw new NotCompiled(`repeats [${repeats}] for ${x!.shape.length} dimensions`)
    return [
      { type: x!.type, shape: x!.shape.map((dim, axis) => (dim === null ? null : dim * repeats[axis]!)) },
    ]
  },
  lower: (lowering, { operands: [x], attributes: { repeats }, results }) => {
    const layout = layoutOf(lowering, x!)
    const names = [lowering.in(layout, x!), lowering.onnx.integers(inLayout(layout, repeats))]
    lowering.define(results[0]!, lowering.onnx.node('Tile', names), layout)
  },
})
