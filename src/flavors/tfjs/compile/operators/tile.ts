import { operator } from '../graph/operator.ts'
import { inLayout } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'
import { asInt64, vectorLength } from './shape-vector.ts'

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
    const layout = lowering.layoutOf(x!)
    const names = [lowering.in(layout, x!), lowering.onnx.integers(inLayout(layout, repeats))]
    lowering.define(results[0]!, lowering.onnx.node('Tile', names), layout)
  },
})

/** Operands: x and a vector of how often along each axis, which may be known at run time only. */
export const tileBy = operator<null>({
  name: 'Tile',
  semantics: 'TensorFlow Tile',
  infer: ([x, repeats]) => {
    if (vectorLength(repeats!) !== x!.shape.length) throw new NotCompiled('repeats for another rank')
    const shape = x!.shape.map((dim, axis) => {
      const count = repeats!.elements?.[axis] ?? null
      return dim === null || count === null ? null : dim * count
    })
    return [{ type: x!.type, shape }]
  },
  lower: (lowering, { operands: [x, repeats], results }) => {
    const names = [lowering.channelsLast(x!), asInt64(lowering, repeats!)]
    lowering.define(results[0]!, lowering.onnx.node('Tile', names))
  },
})
