import type { NumberList } from './number-list.ts'
import { referenceScan } from './reference-scan.ts'
import { type ScannedBody, Skeleton } from './skeleton.ts'

/** Takes the numbers out of JSON bodies. One for each thread: see `numberScanner`. */
export class NumberScanner {
  readonly #known = new Map<string, Skeleton>()
  #values = new Float64Array(0)
  #literals: string[] = []

  /**
   * @returns undefined where it declines and a reader of JSON must do it: no valid JSON, no valid UTF-8, too large, too deep, or
   * too often of another skeleton.
   */
  scan(body: Uint8Array): ScannedBody | undefined {
    const scanned = referenceScan(body)
    const skeleton = scanned && this.#skeleton(scanned.skeleton)
    if (skeleton === undefined) return undefined
    this.#values = Float64Array.from(scanned!.lists.flatMap(({ values }) => values))
    this.#literals = scanned!.lists.flatMap(({ literals }) => literals)
    let start = 0
    const lists = scanned!.lists.map(({ shape, values, traits }) => {
      start += values.length
      return { shape, count: values.length, start: start - values.length, traits }
    })
    return { skeleton, lists }
  }

  /** Its elements: null is NaN, true 1. The next scan overwrites them. */
  float64({ start, count }: NumberList): Float64Array {
    return this.#values.subarray(start, start + count)
  }

  toFloat64(list: NumberList): Float64Array {
    return this.float64(list).slice()
  }

  toFloat32(list: NumberList): Float32Array {
    return new Float32Array(this.float64(list))
  }

  /** As `Int32Array` casts them. */
  toInt32(list: NumberList): Int32Array {
    return new Int32Array(this.float64(list))
  }

  /** Exact for integer literals within int64; null is 0, other numbers lose their fraction, what lies beyond is modulo 2^64. */
  toInt64({ start, count }: NumberList): BigInt64Array {
    return BigInt64Array.from(this.#literals.slice(start, start + count), (literal, i) => {
      if (/^-?[0-9]+$/.test(literal)) return BigInt(literal)
      const value = Math.trunc(this.#values[start + i] as number)
      return Number.isFinite(value) ? BigInt(value) : 0n
    })
  }

  #skeleton(latin1: string): Skeleton | undefined {
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        Buffer.from(latin1, 'latin1'),
      )
      const skeleton = this.#known.get(text) ?? new Skeleton(text)
      if (this.#known.size > 15) this.#known.clear()
      this.#known.set(text, skeleton)
      return skeleton
    } catch {
      return undefined
    }
  }
}

let scanner: NumberScanner | undefined

/** The scanner of this thread, made when it is first wanted. */
export function numberScanner(): NumberScanner {
  scanner ??= new NumberScanner()
  return scanner
}
