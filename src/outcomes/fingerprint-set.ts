import { hash } from 'node:crypto'

/** 64 bits that stand for a text: the halves of the first eight bytes of its SHA-256. */
export interface Fingerprint {
  readonly high: number
  /** Never 0 where `high` is. */
  readonly low: number
}

export function fingerprint(text: string): Fingerprint {
  const bytes = hash('sha256', text, 'buffer')
  const high = bytes.readUInt32BE(0)
  const low = bytes.readUInt32BE(4)
  return { high, low: high === 0 && low === 0 ? 1 : low }
}

const FEWEST_PLACES = 1024

/**
 * Fingerprints in an open hash table (linear probing, at most three quarters full): 11 to 22 bytes each, where a Set of
 * texts takes 150. Two texts have one fingerprint with a probability of 2^-64: of eight million in a set, a new text is taken
 * for one of them once in 2 * 10^12 times.
 */
export class FingerprintSet {
  /** Two numbers a place; zeros where it is free. */
  #table = new Uint32Array(2 * FEWEST_PLACES)
  #size = 0

  get size(): number {
    return this.#size
  }

  has(print: Fingerprint): boolean {
    return this.#isTaken(this.#placeOf(print))
  }

  /** @returns whether it is new */
  add(print: Fingerprint): boolean {
    const place = this.#placeOf(print)
    if (this.#isTaken(place)) return false
    this.#table[place] = print.high
    this.#table[place + 1] = print.low
    this.#size += 1
    if (this.#size * 2 > this.#table.length * 0.75) this.#grow()
    return true
  }

  /** Where it is, or where it would be. */
  #placeOf({ high, low }: Fingerprint): number {
    const table = this.#table
    const mask = table.length - 1
    let place = (low * 2) & mask
    while (this.#isTaken(place) && (table[place] !== high || table[place + 1] !== low)) {
      place = (place + 2) & mask
    }
    return place
  }

  #isTaken(place: number): boolean {
    return this.#table[place] !== 0 || this.#table[place + 1] !== 0
  }

  #grow(): void {
    const old = this.#table
    this.#table = new Uint32Array(2 * old.length)
    this.#size = 0
    for (let place = 0; place < old.length; place += 2) {
      const [high = 0, low = 0] = [old[place], old[place + 1]]
      if (high !== 0 || low !== 0) this.add({ high, low })
    }
  }
}
