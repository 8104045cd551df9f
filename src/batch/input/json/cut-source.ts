import type { Block, BlockContent, SourcePosition } from '../../block.ts'
import type { InputSpec } from '../../job.ts'
import { type Shard, shardRange } from '../../shard.ts'
import type { BlockSource } from '../block-source.ts'
import type { JsonBlocks } from './json-blocks.ts'

/** A block that was read, and the lines that end in it. */
export interface CutContent {
  readonly content: BlockContent
  readonly lines: number
}

export interface CutSourceInit {
  readonly input: InputSpec
  readonly cuts: JsonBlocks
  readonly shard: Shard
  /** Reads blocks, one after the other. @param firstLine on which the block begins. */
  readonly read: (index: number, firstLine: number) => CutContent | Promise<CutContent>
  /** Line on which a byte of the file is, where lines count. */
  readonly lineAt: (offset: number) => Promise<number>
  readonly close: () => Promise<void>
}

/** A file of which it is known where each block begins. Positions are bytes. Without rows there are no blocks. */
export class CutSource implements BlockSource {
  readonly start: SourcePosition
  readonly end: number
  readonly #init: CutSourceInit
  readonly #first: number
  readonly #behind: number

  static async create(init: CutSourceInit): Promise<CutSource> {
    const [first] = shardRange(init.shard, 0, init.cuts.count)
    const offset = init.cuts.offsetOf(first)
    return new CutSource(init, { offset, line: await init.lineAt(offset) })
  }

  private constructor(init: CutSourceInit, start: SourcePosition) {
    const { cuts, shard } = init
    this.#init = init
    ;[this.#first, this.#behind] = shardRange(shard, 0, cuts.count)
    this.start = start
    this.end = cuts.offsetOf(this.#behind)
  }

  get input(): InputSpec {
    return this.#init.input
  }

  async *blocks(from: SourcePosition): AsyncGenerator<Block, void, undefined> {
    const { cuts, read } = this.#init
    let { line } = from
    for (let index = this.#first; index < this.#behind; index += 1) {
      if (cuts.offsetOf(index) < from.offset) continue
      const { content, lines } = await read(index, line)
      line += lines
      yield { content, next: { offset: cuts.offsetOf(index + 1), line }, release: () => {} }
    }
  }

  async close(): Promise<void> {
    this.#init.cuts.close()
    await this.#init.close()
  }
}
