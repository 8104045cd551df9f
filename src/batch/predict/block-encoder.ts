import type { OutputShape } from '../batch-messages.ts'
import type { ParquetCells } from '../output/parquet/parquet-field.ts'
import type { PredictedPart } from './bad-row-search.ts'
import type { BlockRows } from './block-rows.ts'

export interface EncodedBlock {
  readonly shape: OutputShape
  readonly parts: readonly Uint8Array[]
  /** The cells of a table's fields. */
  readonly columns?: readonly ParquetCells[]
}

/** Writes the predictions of blocks down, so that those of all blocks can be put together. */
export interface BlockEncoder {
  /**
   * @param predicted the predicted parts of one block, at least one, in order.
   * @param rows of the whole block; undefined where the block is a document.
   * @throws ServingError where predictions cannot be written in this way
   */
  encode(predicted: readonly PredictedPart[], rows: () => BlockRows | undefined): EncodedBlock
}
