import { badRequest } from '../../../core/errors.ts'
import { type CsvLayout, readCsvLayout } from '../../../protocols/mlflow-scoring/csv/csv-layout.ts'
import type { Block, SourcePosition } from '../../block.ts'
import type { InputSpec } from '../../job.ts'
import { type Shard, shardRange } from '../../shard.ts'
import type { BlockSize } from '../block-size.ts'
import type { BlockSource } from '../block-source.ts'
import { type ByteInput, FileInput } from '../byte-input.ts'
import { enlarged, Slabs } from '../slabs.ts'
import { type CsvBlockCut, cutBlocks, endlessRecord, MAX_RECORD_BYTES } from './cut-blocks.ts'
import { RecordScanner } from './record-scanner.ts'

/** A header has thousands of columns, not millions: reading more than this would take minutes. */
const MAX_HEADER_BYTES = 8 * 1024 * 1024
/** Room in a slab for the record that a block ends with; one that is longer takes a larger slab. */
const SLACK_BYTES = 64 * 1024
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])
const LINE_END = /(\r\n|\r|\n)$/

export interface CsvSourceInit {
  /** A file, which may be read several times and from anywhere, or a pipe. */
  readonly from: { readonly path: string } | { readonly pipe: ByteInput }
  readonly size: BlockSize
  /** Of a file; a pipe has none. */
  readonly shard: Shard
}

/**
 * A CSV file or pipe, cut behind records. The blocks before a shard's own are cut too, since what is inside of
 * quotes can be told from the beginning of the file only.
 */
export class CsvSource implements BlockSource {
  readonly input: InputSpec
  readonly start: SourcePosition
  readonly end: number | undefined
  readonly #init: CsvSourceInit
  readonly #begun: Uint8Array
  readonly #blockBytes: number
  readonly #slabs: Slabs

  /** @throws ServingError BAD_REQUEST where there is no header, INVALID_PARAMETER_VALUE where there is no file */
  static async open(init: CsvSourceInit): Promise<CsvSource> {
    if ('pipe' in init.from) return new CsvSource(init, await readHead(init.from.pipe), undefined)
    const file = await FileInput.open(init.from.path)
    try {
      return new CsvSource(init, await readHead(file), file.size)
    } finally {
      await file.close()
    }
  }

  private constructor(init: CsvSourceInit, { head, records }: Head, end: number | undefined) {
    const layout = readCsvLayout(head.subarray(0, records))
    this.#init = init
    this.#begun = head.subarray(layout.headerBytes)
    this.#blockBytes = boundedBytes(init.size, records - layout.headerBytes)
    this.#slabs = new Slabs(Number.isFinite(this.#blockBytes) ? this.#blockBytes + SLACK_BYTES : SLACK_BYTES)
    this.input = { kind: 'csv', layout, header: headerOf(head, layout) }
    this.start = { offset: layout.headerBytes, line: layout.headerLines + 1 }
    this.end = end
  }

  async *blocks(from: SourcePosition): AsyncGenerator<Block, void, undefined> {
    const [first, behind] = this.#range()
    let isEmpty = from.offset === this.start.offset
    for await (const block of this.#cuts(from)) {
      if (block.position.offset >= behind) break
      if (block.position.offset < first || isBlank(block)) block.release()
      else {
        isEmpty = false
        yield block
      }
    }
    if (isEmpty) yield this.#emptyBlock()
  }

  /** The blocks of all shards, of a file. */
  allBlocks(): AsyncGenerator<Block, void, undefined> {
    return this.#cuts(this.start)
  }

  async close(): Promise<void> {
    if ('pipe' in this.#init.from) await this.#init.from.pipe.close()
  }

  async *#cuts(position: SourcePosition): AsyncGenerator<CsvBlockCut, void, undefined> {
    const { from } = this.#init
    const blockBytes = this.#blockBytes
    const slabs = this.#slabs
    if ('pipe' in from) {
      yield* cutBlocks({ input: from.pipe, begun: this.#begun, position, blockBytes, slabs })
      return
    }
    const input = await FileInput.open(from.path, position.offset)
    try {
      yield* cutBlocks({ input, begun: new Uint8Array(0), position, blockBytes, slabs })
    } finally {
      await input.close()
    }
  }

  /** Where the shard's blocks begin. */
  #range(): readonly [number, number] {
    if (this.end === undefined) return [0, Number.POSITIVE_INFINITY]
    return shardRange(this.#init.shard, this.start.offset, Math.max(this.end, this.start.offset))
  }

  #emptyBlock(): Block {
    const { line } = this.start
    const content = { kind: 'csv', bytes: new Uint8Array(0), firstLine: line } as const
    return { content, next: this.start, release: () => {} }
  }
}

/** Not more than rows like the first one take; Infinity for one block of all. */
function boundedBytes({ rows, bytes }: BlockSize, firstRecordBytes: number): number {
  return Math.min(bytes, Math.max(1, rows * firstRecordBytes))
}

/** The beginning of an input. */
interface Head {
  readonly head: Buffer
  /** Bytes of it up to the end of the first record behind the header. */
  readonly records: number
}

async function readHead(input: ByteInput): Promise<Head> {
  let head = new Slabs(SLACK_BYTES).take()
  for (let filled = 0; ; ) {
    const read = await input.read(head, filled, head.length - filled)
    filled += read
    const bytes = head.subarray(0, filled)
    const records = twoRecordsEnd(bytes, read === 0)
    if (records !== undefined) return { head: bytes, records }
    if (filled > MAX_HEADER_BYTES && headerEndIn(bytes) === undefined) {
      throw badRequest(`The header does not end within ${MAX_HEADER_BYTES} bytes: is this CSV?`)
    }
    if (filled >= MAX_HEADER_BYTES + MAX_RECORD_BYTES) throw endlessRecord(2)
    if (filled === head.length) head = enlarged(head)
  }
}

function twoRecordsEnd(bytes: Buffer, isWhole: boolean): number | undefined {
  if (bytes.length < BYTE_ORDER_MARK.length && !isWhole) return undefined
  const start = markLength(bytes)
  const scanner = new RecordScanner(bytes, isWhole)
  const headerEnd = scanner.recordEnd(start)
  return headerEnd === undefined ? undefined : scanner.recordEnd(headerEnd)
}

function headerEndIn(bytes: Buffer): number | undefined {
  return new RecordScanner(bytes, false).recordEnd(markLength(bytes))
}

function markLength(bytes: Buffer): number {
  return bytes.indexOf(BYTE_ORDER_MARK) === 0 ? BYTE_ORDER_MARK.length : 0
}

/** The header's own text, without the blank lines before it. */
function headerOf(head: Buffer, { headerBytes }: CsvLayout): string {
  const bytes = head.subarray(0, headerBytes)
  const start = new RecordScanner(bytes, true).recordStart(markLength(bytes))
  return bytes.toString('utf8', start).replace(LINE_END, '')
}

/** Only blank lines, as there may be at the end of a file. */
function isBlank({ content: { bytes } }: CsvBlockCut): boolean {
  return new RecordScanner(bytes, true).recordStart(0) >= bytes.length
}
