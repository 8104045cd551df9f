import type { JsonBlockLimits } from './json-blocks.ts'
import type { ByteRange } from './json-scanner.ts'

/** Cuts elements, told one after the other, into blocks, and remembers where each of these is. */
export class BlockIndex {
  readonly #limits: JsonBlockLimits
  readonly #starts = new NumberList()
  readonly #ends = new NumberList()
  readonly #firstRows = new NumberList()
  #rows = 0
  #start = 0
  #end = 0
  /** Rows of the block that is not full yet. */
  #pending = 0

  constructor(limits: JsonBlockLimits) {
    this.#limits = limits
  }

  add({ start, end }: ByteRange): void {
    if (this.#pending === 0) this.#start = start
    this.#end = end
    this.#rows += 1
    this.#pending += 1
    const { blockRows, blockBytes } = this.#limits
    if (this.#pending >= blockRows || end - this.#start >= blockBytes) this.#close()
  }

  /** To be called behind the last element. */
  finish(): void {
    if (this.#pending > 0) this.#close()
  }

  #close(): void {
    this.#starts.push(this.#start)
    this.#ends.push(this.#end)
    this.#firstRows.push(this.#rows - this.#pending)
    this.#pending = 0
  }

  get rows(): number {
    return this.#rows
  }

  get count(): number {
    return this.#starts.length
  }

  /** First row of a block; the number of rows behind the last one. */
  firstRowOf(index: number): number {
    return index === this.count ? this.#rows : this.#firstRows.at(index)
  }

  /** From the beginning of a block's first element to the end of its last one. */
  rangeOf(index: number): ByteRange {
    return { start: this.#starts.at(index), end: this.#ends.at(index) }
  }
}

const FIRST_NUMBERS = 64

/** Numbers in an array that grows. */
class NumberList {
  #numbers = new Float64Array(FIRST_NUMBERS)
  length = 0

  push(value: number): void {
    if (this.length === this.#numbers.length) {
      const larger = new Float64Array(2 * this.length)
      larger.set(this.#numbers)
      this.#numbers = larger
    }
    this.#numbers[this.length] = value
    this.length += 1
  }

  at(index: number): number {
    const value = this.#numbers[index]
    if (value === undefined || index >= this.length) throw new RangeError(`There is no block ${index}`)
    return value
  }
}
