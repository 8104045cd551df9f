import { type NumberList, NumberTraits } from '../../json-numbers/number-list.ts'
import type { NumberScanner } from '../../json-numbers/number-scanner.ts'
import type { NumberSource } from './number-source.ts'

/** Lists of one shape as the list of them, and who has its elements. */
export interface JoinedLists {
  readonly list: NumberList
  readonly numbers: NumberSource
}

/**
 * Joins the lists at some places of a body, without a copy where they stand in a row.
 * @returns undefined where their shapes differ, or where an integer is so large that its digits would be looked for in the body.
 */
export function joinLists(
  lists: readonly NumberList[],
  places: readonly number[],
  scanner: NumberScanner,
): JoinedLists | undefined {
  const first = lists[places[0]!]!
  const { shape, start, count } = first
  let traits = 0
  let isRow = true
  for (let i = 0; i < places.length; i++) {
    const list = lists[places[i]!]!
    if (!isSameShape(list.shape, shape)) return undefined
    traits |= list.traits
    isRow &&= list.start === start + i * count
  }
  if ((traits & NumberTraits.LARGE_INTEGER) !== 0) return undefined
  const list = { shape: [places.length, ...shape], count: places.length * count, start, traits }
  return isRow ? { list, numbers: scanner } : { list, numbers: new GatheredNumbers(lists, places, scanner) }
}

function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false
  return true
}

/** A copy of the elements of several lists, which is all that it has. */
class GatheredNumbers implements NumberSource {
  readonly #values: Float64Array<ArrayBuffer>

  constructor(lists: readonly NumberList[], places: readonly number[], scanner: NumberScanner) {
    const { count } = lists[places[0]!]!
    this.#values = new Float64Array(places.length * count)
    places.forEach((place, i) => {
      this.#values.set(scanner.float64(lists[place]!), i * count)
    })
  }

  float64(): Float64Array {
    return this.#values
  }

  toFloat64(): Float64Array<ArrayBuffer> {
    return this.#values
  }

  toFloat32(): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#values)
  }

  toInt64(): BigInt64Array<ArrayBuffer> {
    return BigInt64Array.from(this.#values, (value) => BigInt(Math.trunc(value)))
  }
}
