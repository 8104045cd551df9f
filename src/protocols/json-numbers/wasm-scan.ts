import { newInstance } from './wasm-module.ts'

const PAGE_BYTES = 64 * 1024
/** Bytes of memory for a byte of the body: itself, and 8 for a value, which needs two. */
const MEMORY_OF_BODY_BYTE = 5
/** Behind a body, for reads of whole words. */
const SLACK_BYTES = 64

/** What `scan` gives where it is not the number of a known skeleton. */
export const NEW_SKELETON = -1
export const DECLINED = -2

/**
 * One instance of the module, and views of its memory. All callers get copies, thus no view is ever in a run, and the memory may grow; it does
 * so before a scan, to its maximum of 32 MiB. What was never written is not resident.
 */
export class WasmScan {
  readonly #wasm = newInstance()
  readonly #bodyAt = this.#wasm.bodyAt()
  #bytes = new Uint8Array(0)
  /** The same bytes, for texts. */
  #text = Buffer.alloc(0)
  /** Words of 32 bits from the lists on. */
  #words = new Int32Array(0)
  #values = new Float64Array(0)
  #firstValue = 0

  constructor() {
    this.#view()
  }

  get memoryBytes(): number {
    return this.#bytes.length
  }

  /** All memory as doubles. */
  get values(): Float64Array {
    return this.#values
  }

  /** All memory as words of 32 bits. */
  get words(): Int32Array {
    return this.#words
  }

  /** Index in `values` of the first value of the body. */
  get firstValue(): number {
    return this.#firstValue
  }

  /** Index in `words` of the first list. */
  get firstList(): number {
    return this.#wasm.listsAt() >> 2
  }

  get listCount(): number {
    return this.#wasm.countLists()
  }

  /** The text that was taken out as the id of the request. */
  get id(): string | undefined {
    const start = this.#wasm.idAt()
    return start === 0 ? undefined : this.#text.toString('latin1', start, start + this.#wasm.idLength())
  }

  /** @returns the number of its skeleton, or NEW_SKELETON, DECLINED. */
  scan(body: Uint8Array): number {
    const { length } = body
    const needed = this.#bodyAt + length * MEMORY_OF_BODY_BYTE + SLACK_BYTES
    if (needed > this.#bytes.length && !this.#grow(needed)) return DECLINED
    this.#bytes.set(body, this.#bodyAt)
    this.#firstValue = this.#wasm.valuesAt(length) >> 3
    return this.#wasm.scan(length)
  }

  /** A copy of the skeleton of the last scan. */
  skeleton(): Uint8Array {
    const start = this.#wasm.skeletonAt()
    return this.#bytes.slice(start, start + this.#wasm.skeletonLength())
  }

  /** @returns its number from now on; with 0 all others are forgotten. */
  rememberSkeleton(): number {
    return this.#wasm.rememberSkeleton()
  }

  /** A copy of a piece of the body. */
  body(start: number, end: number): Uint8Array {
    return this.#bytes.slice(this.#bodyAt + start, this.#bodyAt + end)
  }

  /** Whether the system had so much. */
  #grow(bytes: number): boolean {
    try {
      this.#wasm.memory.grow(Math.ceil((bytes - this.#bytes.length) / PAGE_BYTES))
    } catch (error) {
      if (error instanceof RangeError) return false
      throw error
    }
    this.#view()
    return true
  }

  #view(): void {
    const { buffer } = this.#wasm.memory
    this.#bytes = new Uint8Array(buffer)
    this.#text = Buffer.from(buffer)
    this.#words = new Int32Array(buffer)
    this.#values = new Float64Array(buffer)
  }
}
