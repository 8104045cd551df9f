import type { Random } from '../../../soak/mlflow-differential/random.ts'

type Holder = Record<string | number, unknown>

/** An entry of a list or a map. */
interface Place {
  readonly holder: Holder
  readonly key: string | number
}

/** What stands in a damaged file, or in one that somebody wrote to do harm. */
const ODD_VALUES: readonly unknown[] = [
  ...[null, true, false, '', 'a', '-1', '2147483648', '99999999999999999999', 'NaN'],
  ...[0, -0, 1, 2, -1, -2, 7, 0.5, 2 ** 20, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53, 1e300],
  ...[[], {}, [null], [[]], [-1], ['a'], [0, 0, 0, 0], [1, 1, 1, 1, 1, 1, 1], '__proto__', 'constructor'],
]

/** Changes one to three places of a JSON value at random. */
export function damageJson(random: Random, value: unknown): void {
  for (let left = 1 + random.below(3); left > 0; left -= 1) damageOne(random, placesOf(value))
}

function damageOne(random: Random, places: readonly Place[]): void {
  if (places.length === 0) return
  const { holder, key } = places[random.below(places.length)]!
  const way = random.below(6)
  if (way === 0) remove(holder, key)
  else if (way === 1) holder[key] = elsewhere(random, places)
  else if (way === 2 && Array.isArray(holder)) holder.push(structuredClone(holder[key as number]))
  else if (way === 3) holder[key] = nudged(random, holder[key])
  else holder[key] = structuredClone(ODD_VALUES[random.below(ODD_VALUES.length)])
}

function remove(holder: Holder, key: string | number): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
}

function elsewhere(random: Random, places: readonly Place[]): unknown {
  const { holder, key } = places[random.below(places.length)]!
  return structuredClone(holder[key])
}

/** A number a little off, a text a little off; anything else in a list. */
function nudged(random: Random, value: unknown): unknown {
  const by = random.below(5) - 2
  if (typeof value === 'number') return value + by
  if (typeof value === 'string') return /^-?\d+$/.test(value) ? String(Number(value) + by) : value.slice(by)
  return [value]
}

/** Every entry of every list and map. */
function placesOf(value: unknown): readonly Place[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Holder
  return Object.keys(holder).flatMap((key) => [
    { holder, key: Array.isArray(holder) ? Number(key) : key },
    ...placesOf(holder[key]),
  ])
}

/** Shapes, axes and sizes are among the weights of a graph model. */
const ODD_INTEGERS = [-1, -2, 0, 1, 2, 5, 255, 2 ** 20, 2 ** 31 - 1, -(2 ** 31)] as const

/** Puts an integer in place of four bytes. */
export function damageWeights(random: Random, weights: Uint8Array): void {
  if (weights.length < 4) return
  const offset = 4 * random.below(Math.floor(weights.length / 4))
  const integer = ODD_INTEGERS[random.below(ODD_INTEGERS.length)]!
  new DataView(weights.buffer, weights.byteOffset).setInt32(offset, integer, true)
}
