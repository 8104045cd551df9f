import type { Block, SourcePosition } from '../block.ts'
import type { InputSpec } from '../job.ts'

/** Cuts the input into blocks. It never reads what is in them: that is the workers' part. */
export interface BlockSource {
  /** What a worker must know of the whole input to read a block of it. */
  readonly input: InputSpec
  /** Bytes, or rows of a parquet file, up to which the blocks go; undefined where the input is a pipe. */
  readonly end: number | undefined
  /** Where the first block begins. */
  readonly start: SourcePosition

  /**
   * The blocks from `from` on, in order. Where the columns are known without rows there is at least one block from the
   * start on, if need be without rows.
   * @throws ServingError where the input cannot be read or cut.
   */
  blocks(from: SourcePosition): AsyncIterable<Block>
  close(): Promise<void>
}
