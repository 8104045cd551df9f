const EXACT = 512
/** Registers: a standard error of 1.04 / sqrt(4096) = 1.6 %. */
const REGISTERS = 2 ** 12
/** Bits of a key that give its rank: with those of the register they stay below the bits that choose its slot. */
const RANK_BITS = 29
const HALF_LOG_2 = 1 / (2 * Math.LN2)

/**
 * How many different keys there were, in 4 kB: exact up to 512, and after that within 1.6 % (one standard error) by
 * HyperLogLog with Ertl's estimator ("New cardinality estimation algorithms for HyperLogLog sketches", arXiv 1702.01284,
 * algorithm 6), which has no range in which it is biased. Keys are numbers of `keyNumber`, hashed already.
 */
export class DistinctKeys {
  #few: Set<number> | undefined = new Set()
  #registers: Uint8Array | undefined
  /** How many registers hold which rank. */
  readonly #ranks = new Float64Array(RANK_BITS + 2)
  #estimate: number | undefined

  add(key: number): void {
    if (this.#few === undefined) {
      this.#count(key)
      return
    }
    this.#few.add(key)
    if (this.#few.size > EXACT) this.#becomeMany(this.#few)
  }

  get count(): number {
    if (this.#few !== undefined) return this.#few.size
    this.#estimate ??= estimated(this.#ranks)
    return this.#estimate
  }

  #becomeMany(keys: Iterable<number>): void {
    this.#few = undefined
    this.#ranks[0] = REGISTERS
    for (const key of keys) this.#count(key)
  }

  #count(key: number): void {
    this.#registers ??= new Uint8Array(REGISTERS)
    const place = key % REGISTERS
    const bits = Math.floor(key / REGISTERS) % 2 ** RANK_BITS
    const rank = Math.clz32(bits) - (32 - RANK_BITS) + 1
    const held = this.#registers[place]!
    if (rank <= held) return
    this.#registers[place] = rank
    this.#ranks[held]! -= 1
    this.#ranks[rank]! += 1
    this.#estimate = undefined
  }
}

function estimated(ranks: Float64Array): number {
  let z = REGISTERS * tau(1 - ranks[RANK_BITS + 1]! / REGISTERS)
  for (let rank = RANK_BITS; rank > 0; rank -= 1) z = 0.5 * (z + ranks[rank]!)
  z += REGISTERS * sigma(ranks[0]! / REGISTERS)
  return (HALF_LOG_2 * REGISTERS ** 2) / z
}

/** x + the sum of x^(2^k) 2^(k - 1) over k from 1. */
function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY
  let sum = x
  let scale = 1
  for (let power = x * x; sum + power * scale !== sum; power *= power) {
    sum += power * scale
    scale *= 2
  }
  return sum
}

/** (1 - x - the sum of (1 - x^(2^-k))² 2^-k over k from 1) / 3. */
function tau(x: number): number {
  if (x === 0 || x === 1) return 0
  let sum = 1 - x
  let scale = 0.5
  for (let root = Math.sqrt(x); sum - (1 - root) ** 2 * scale !== sum; root = Math.sqrt(root)) {
    sum -= (1 - root) ** 2 * scale
    scale /= 2
  }
  return sum / 3
}
