import { NotCompiled } from '../not-compiled.ts'
import type { Shape, Value } from './value.ts'

/** A shape whose dimensions are all known. @throws NotCompiled */
export function knownShape({ shape }: Value, what: string): readonly number[] {
  if (shape.includes(null)) throw new NotCompiled(`${what} of unknown dimensions`)
  return shape as readonly number[]
}

/** The dimensions between the rows and the channels. */
export function spatial<T>(dims: readonly T[]): readonly T[] {
  return dims.slice(1, -1)
}

/** @throws NotCompiled where the operand is not rows of places of channels, of one to three spatial dimensions. */
export function expectPlaces({ shape }: Value): Shape {
  if (shape.length < 3 || shape.length > 5) throw new NotCompiled(`an operand of rank ${shape.length}`)
  return spatial(shape)
}
