import { badRequest, type ServingError } from '../../../core/errors.ts'
import type { Block, SourcePosition } from '../../block.ts'
import type { ByteInput } from '../byte-input.ts'
import type { Slabs } from '../slabs.ts'
import { enlarged } from '../slabs.ts'
import { blockEnd, countLines } from './csv-cutter.ts'

/** A record is not that long: somewhere a quote was not closed. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024

export interface CutInit {
  readonly input: ByteInput
  /** Bytes that were read of the input already. */
  readonly begun: Uint8Array
  /** Where they begin. */
  readonly position: SourcePosition
  /** Records are added to a block until it has as many bytes; Infinity for one block of all. */
  readonly blockBytes: number
  readonly slabs: Slabs
}

/** A block of CSV and where it begins. */
export interface CsvBlockCut extends Block {
  readonly content: Block['content'] & { readonly kind: 'csv' }
  readonly position: SourcePosition
}

/**
 * Cuts the records of a CSV text into blocks.
 * @throws ServingError BAD_REQUEST for a record without end
 */
export async function* cutBlocks(init: CutInit): AsyncGenerator<CsvBlockCut, void, undefined> {
  const { input, blockBytes, slabs } = init
  let { position } = init
  let filling = new Filling(slabs.take(), init.begun)
  for (;;) {
    const end = await filling.cut(input, blockBytes, position.line)
    if (end === 0) return
    const { slab } = filling
    const bytes = slab.subarray(0, end)
    const next = { offset: position.offset + end, line: position.line + countLines(bytes) }
    filling = new Filling(slabs.take(), filling.behind(end))
    const content = { kind: 'csv', bytes, firstLine: position.line } as const
    yield { content, position, next, release: () => slabs.give(slab) }
    position = next
  }
}

/** A slab on its way to being a block. */
class Filling {
  slab: Buffer
  #filled: number

  constructor(slab: Buffer, begun: Uint8Array) {
    this.slab = slab
    while (this.slab.length < begun.length) this.slab = enlarged(this.slab)
    this.slab.set(begun)
    this.#filled = begun.length
  }

  /** Reads on until it is told where the block ends; 0 at the end of the input. */
  async cut(input: ByteInput, blockBytes: number, line: number): Promise<number> {
    for (;;) {
      const isWhole = await this.#fill(input)
      const end = blockEnd(this.slab.subarray(0, this.#filled), blockBytes, isWhole)
      if (end !== undefined) return end
      if (this.#filled >= blockBytes + MAX_RECORD_BYTES) {
        throw endlessRecord(line)
      }
      this.slab = enlarged(this.slab)
    }
  }

  behind(end: number): Uint8Array {
    return this.slab.subarray(end, this.#filled)
  }

  /** @returns whether the input has ended. */
  async #fill(input: ByteInput): Promise<boolean> {
    while (this.#filled < this.slab.length) {
      const read = await input.read(this.slab, this.#filled, this.slab.length - this.#filled)
      if (read === 0) return true
      this.#filled += read
    }
    return false
  }
}

/** @param line on which it begins at the earliest. */
export function endlessRecord(line: number): ServingError {
  return badRequest(
    `A record that begins on line ${line} or later does not end within ${MAX_RECORD_BYTES} bytes: is a quote not closed?`,
  )
}
