import { unreadableParquet } from '../../../protocols/mlflow-scoring/parquet/parquet-failure.ts'

/** Runs of packed bits come in groups of 8 values, of which the last may be padding. */
const GROUP = 8
/** Wider values would be indexes into a dictionary of 16 million values. */
const MAX_BIT_WIDTH = 24

/**
 * Reads parquet's RLE / bit-packing hybrid bit by bit as it is asked for: a page of one run can hold millions of
 * values, which need not be in memory together.
 * Source: parquet-format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
 */
export class HybridReader {
  readonly #bytes: Uint8Array
  readonly #bitWidth: number
  #offset = 0
  /** Values left of the run, and what they are where they are not packed. */
  #left = 0
  #isPacked = false
  #value = 0
  /** Bits of the packed run that were read with their byte and not yet used. */
  #bits = 0
  #bitCount = 0

  /** @throws ServingError BAD_REQUEST for values that are too wide */
  constructor(bytes: Uint8Array, bitWidth: number) {
    if (bitWidth > MAX_BIT_WIDTH) throw unreadableParquet(`Runs of ${bitWidth} bits a value cannot be read`)
    this.#bytes = bytes
    this.#bitWidth = bitWidth
  }

  /** Reads the next values. @throws ServingError BAD_REQUEST where there are no more */
  read(target: Uint8Array | Int32Array, offset: number, count: number): void {
    const end = offset + count
    // Values of no bits are all 0, and writers may leave out their runs.
    if (this.#bitWidth === 0) target.fill(0, offset, end)
    for (let at = this.#bitWidth === 0 ? end : offset; at < end; ) {
      if (this.#left === 0) this.#nextRun()
      const taken = Math.min(this.#left, end - at)
      if (this.#isPacked) this.#unpack(target, at, taken)
      else target.fill(this.#value, at, at + taken)
      this.#left -= taken
      at += taken
    }
  }

  /** The values of the current run where all of the next `count` are alike, which are then read; else undefined. */
  readAlike(count: number): number | undefined {
    if (this.#left === 0) this.#nextRun()
    if (this.#isPacked || this.#left < count) return undefined
    this.#left -= count
    return this.#value
  }

  #nextRun(): void {
    while (this.#left === 0) {
      const header = this.#readHeader()
      this.#isPacked = header % 2 === 1
      this.#left = Math.floor(header / 2) * (this.#isPacked ? GROUP : 1)
      this.#bits = 0
      this.#bitCount = 0
      if (!this.#isPacked) this.#value = this.#readValue()
    }
  }

  #readHeader(): number {
    let header = 0
    let factor = 1
    for (;;) {
      const byte = this.#readByte()
      header += (byte & 0x7f) * factor
      if (byte < 0x80) return header
      factor *= 128
    }
  }

  #readValue(): number {
    let value = 0
    for (let shift = 0; shift < this.#bitWidth; shift += 8) value |= this.#readByte() << shift
    return value
  }

  #readByte(): number {
    const byte = this.#bytes[this.#offset]
    if (byte === undefined) throw unreadableParquet('The runs of a page end too early')
    this.#offset += 1
    return byte
  }

  #unpack(target: Uint8Array | Int32Array, start: number, count: number): void {
    const bytes = this.#bytes
    const bitWidth = this.#bitWidth
    const needed = Math.ceil((count * bitWidth - this.#bitCount) / 8)
    if (this.#offset + needed > bytes.length) throw unreadableParquet('The runs of a page end too early')
    const mask = (1 << bitWidth) - 1
    let offset = this.#offset
    let bits = this.#bits
    let bitCount = this.#bitCount
    for (let at = start; at < start + count; at += 1) {
      while (bitCount < bitWidth) {
        bits |= bytes[offset]! << bitCount
        offset += 1
        bitCount += 8
      }
      target[at] = bits & mask
      bits >>>= bitWidth
      bitCount -= bitWidth
    }
    this.#offset = offset
    this.#bits = bits
    this.#bitCount = bitCount
  }
}
