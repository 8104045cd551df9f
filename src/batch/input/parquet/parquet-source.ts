import type { Frame } from '../../../protocols/mlflow-scoring/frame.ts'
import type { Block, SourcePosition } from '../../block.ts'
import type { InputSpec } from '../../job.ts'
import { type Shard, shardRange } from '../../shard.ts'
import type { BlockSize } from '../block-size.ts'
import type { BlockSource } from '../block-source.ts'
import { Slabs } from '../slabs.ts'
import { packFrame } from './pack-frame.ts'
import { ParquetRows } from './parquet-rows.ts'

/** The most that a number takes, and about what a text does. */
const CELL_BYTES = 8

export interface ParquetSourceInit {
  readonly path: string
  readonly size: BlockSize
  readonly shard: Shard
}

/** A parquet file in blocks of as many rows as fill a block, wherever its row groups end. Positions are rows. */
export class ParquetSource implements BlockSource {
  readonly input: InputSpec
  readonly start: SourcePosition
  readonly end: number
  readonly #rows: ParquetRows
  readonly #blockRows: number
  readonly #slabs: Slabs

  /** @throws ServingError BAD_REQUEST where the file cannot be read */
  static async open(init: ParquetSourceInit): Promise<ParquetSource> {
    return new ParquetSource(await ParquetRows.open(init.path), init)
  }

  private constructor(rows: ParquetRows, { size, shard }: ParquetSourceInit) {
    const names = rows.columnNames
    this.#rows = rows
    const rowBytes = CELL_BYTES * Math.max(1, names.length)
    this.#blockRows = Math.min(size.rows, Math.max(1, Math.floor(size.bytes / rowBytes)))
    this.#slabs = new Slabs(rowBytes * (this.#blockRows + 1))
    const blocks = Math.ceil(rows.rows / this.#blockRows)
    const [first, behind] = shardRange(shard, 0, blocks)
    this.input = { kind: 'frame', names: names.map(String) }
    this.start = { offset: first * this.#blockRows, line: 0 }
    this.end = Math.min(rows.rows, behind * this.#blockRows)
  }

  async *blocks(from: SourcePosition): AsyncGenerator<Block, void, undefined> {
    let isEmpty = from.offset === this.start.offset
    let offset = from.offset
    const range = { from: offset, to: this.end, blockRows: this.#blockRows }
    for await (const frame of this.#rows.blocks(range)) {
      isEmpty = false
      offset += frame.rows
      yield { ...this.#packed(frame), next: { offset, line: 0 } }
    }
    if (!isEmpty) return
    // The columns alone can be told not to fit the model.
    const content = { kind: 'frame', frame: this.#rows.empty } as const
    yield { content, next: this.start, release: () => {} }
  }

  #packed(frame: Frame): Pick<Block, 'content' | 'release'> {
    const slab = this.#slabs.take()
    return {
      content: { kind: 'frame', frame: packFrame(frame, slab) },
      release: () => this.#slabs.give(slab),
    }
  }

  async close(): Promise<void> {
    this.#rows.close()
  }
}
