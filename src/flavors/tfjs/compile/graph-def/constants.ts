import { knownIntegers, type Value } from '../graph/value.ts'
import { NotCompiled } from '../not-compiled.ts'

/** Operands that tfjs-converter reads as numbers: they have to be known before a run. */

/** @throws NotCompiled where they are not, naming `what`. */
export function knownNumbers(value: Value, what: string): readonly number[] {
  const known = knownIntegers(value) ?? value.constant?.data
  if (known === undefined) throw new NotCompiled(`${what} known at run time only`)
  return [...known]
}

export function knownNumber(value: Value, what: string): number {
  const [number] = knownNumbers(value, what)
  if (number === undefined) throw new NotCompiled(`${what} without a value`)
  return number
}

/** Pairs of integers: a matrix of two columns. */
export function knownPairs(value: Value, what: string): readonly (readonly [number, number])[] {
  const numbers = knownNumbers(value, what)
  if (!numbers.every((number) => Number.isInteger(number))) throw new NotCompiled(`${what} of fractions`)
  return Array.from({ length: numbers.length / 2 }, (_, row) => [numbers[2 * row]!, numbers[2 * row + 1]!])
}

/** An axis of an operand of so many dimensions, counted from the front. */
export function normalAxis(axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(normal) || normal < 0 || normal >= rank)
    throw new NotCompiled(`axis ${axis} of ${rank} dimensions`)
  return normal
}

export function normalAxes(axes: readonly number[], rank: number): readonly number[] {
  return [...new Set(axes.map((axis) => normalAxis(axis, rank)))].sort((a, b) => a - b)
}
