import { int64OfDoubles, int64OfLiterals } from './integers.ts'
import { KnownSkeleton } from './known-skeleton.ts'
import { type NumberList, NumberTraits } from './number-list.ts'
import { Patience } from './patience.ts'
import type { ScannedBody } from './skeleton.ts'
import type { TakenList } from './taken-list.ts'
import { NEW_SKELETON, WasmScan } from './wasm-scan.ts'

/** Larger bodies are declined: the module's memory would not hold them. */
export const MOST_BODY_BYTES = 6 * 1024 * 1024
/** Memory beyond this is given back ... */
const KEPT_BYTES = 4 * 1024 * 1024
/** ... after so many scans in a row that needed less. */
const SCANS_BEFORE_RELEASE = 1024
/** A body that the memory which is kept is enough for. */
const SMALL_BODY_BYTES = 512 * 1024
/** A skeleton is short where its body is more than so many times longer. */
const SHORT = 8

/**
 * Takes the numbers out of JSON bodies. One for each thread: see `numberScanner`. A body whose skeleton is known costs no allocation.
 *
 * Its views of float64 lie in memory that the next scan overwrites, moves or gives back; what it copies has memory of its own.
 */
export class NumberScanner {
  readonly #patience: Patience
  /** By the module's number. */
  readonly #known: KnownSkeleton[] = []
  #scan = new WasmScan()
  #smallScans = 0

  constructor(patience = new Patience()) {
    this.#patience = patience
  }

  /**
   * @param patience of whoever sends such bodies, so that the texts of one model do not spoil the scans of others.
   * @returns undefined where it declines and a reader of JSON must do it: no valid JSON, no valid UTF-8, too large, too deep, a number whose
   * first 19 digits do not tell its double, or too often of another skeleton.
   */
  scan(body: Uint8Array, patience: Patience = this.#patience): ScannedBody | undefined {
    if (body.length > MOST_BODY_BYTES || !patience.isLeft) return undefined
    if (this.#scan.memoryBytes > KEPT_BYTES) this.#release(body.length)
    const number = this.#scan.scan(body)
    const known = number === NEW_SKELETON ? this.#learn() : this.#known[number]
    if (number >= 0 || isShort(known, body)) patience.hit()
    else patience.miss()
    return known
  }

  get memoryBytes(): number {
    return this.#scan.memoryBytes
  }

  /** Its elements: null is NaN, true 1. The next scan overwrites them. */
  float64({ start, count }: NumberList): Float64Array {
    const first = this.#scan.firstValue + start
    return this.#scan.values.subarray(first, first + count)
  }

  toFloat64(list: NumberList): Float64Array<ArrayBuffer> {
    return this.#copy(list, new Float64Array(list.count))
  }

  toFloat32(list: NumberList): Float32Array<ArrayBuffer> {
    return this.#copy(list, new Float32Array(list.count))
  }

  /** As `Int32Array` casts them: without their fraction, modulo 2^32. */
  toInt32(list: NumberList): Int32Array<ArrayBuffer> {
    return this.#copy(list, new Int32Array(list.count))
  }

  /** Exact for integer literals of up to 19 digits; null is 0, other numbers lose their fraction; what lies beyond int64 is modulo 2^64. */
  toInt64(list: NumberList): BigInt64Array {
    const values = int64OfDoubles(this.#scan.values, this.#scan.firstValue + list.start, list.count)
    if ((list.traits & NumberTraits.LARGE_INTEGER) === 0) return values
    const { bodyStart, bodyEnd } = list as TakenList
    return int64OfLiterals(this.#scan.body(bodyStart, bodyEnd), values)
  }

  #copy<Target extends Float64Array | Float32Array | Int32Array>(list: NumberList, target: Target): Target {
    const { values, firstValue } = this.#scan
    const first = firstValue + list.start
    const { count } = list
    for (let i = 0; i < count; i++) target[i] = values[first + i] as number
    return target
  }

  /** Undefined for a skeleton that is no JSON: thus the body is none either. */
  #learn(): KnownSkeleton | undefined {
    const known = KnownSkeleton.of(this.#scan)
    if (known === undefined) return undefined
    const number = this.#scan.rememberSkeleton()
    if (number === 0) this.#known.length = 0
    this.#known[number] = known
    return known
  }

  /** Begins anew with little memory where a large body is long gone. */
  #release(bodyLength: number): void {
    this.#smallScans = bodyLength > SMALL_BODY_BYTES ? 0 : this.#smallScans + 1
    if (this.#smallScans < SCANS_BEFORE_RELEASE) return
    this.#scan = new WasmScan()
    this.#known.length = 0
    this.#smallScans = 0
  }
}

/** A new skeleton that costs next to nothing beside the numbers of its body. */
function isShort(known: KnownSkeleton | undefined, body: Uint8Array): boolean {
  return known !== undefined && known.skeleton.text.length * SHORT < body.length
}

let scanner: NumberScanner | undefined

/** The scanner of this thread, made when it is first wanted. */
export function numberScanner(): NumberScanner {
  scanner ??= new NumberScanner()
  return scanner
}
