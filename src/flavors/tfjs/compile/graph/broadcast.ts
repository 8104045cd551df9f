import { NotCompiled } from '../not-compiled.ts'
import type { Dimension, Shape } from './value.ts'

/** The shape that shapes are broadcast to, as in NumPy. A free dimension against a fixed one larger than 1 is taken to equal it. */
export function broadcastShape(shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) =>
    shapes
      .map((shape) => (shape.length < rank - axis ? 1 : shape[axis - rank + shape.length]!))
      .reduce(broadcastDimension, 1 as Dimension),
  )
}

function broadcastDimension(a: Dimension, b: Dimension): Dimension {
  if (a === 1 || a === b) return b
  if (b === 1) return a
  if (a === null) return b
  if (b === null) return a
  throw new NotCompiled(`dimensions ${a} and ${b} cannot be broadcast`)
}
