import type { SeenColumns } from '../../protocols/mlflow-scoring/csv/csv-block-reader.ts'
import type { DecodedScoringRequest } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import type { BlockContent } from '../block.ts'
import type { BlockRows } from './block-rows.ts'

export type ContentOf<Kind extends BlockContent['kind']> = BlockContent & { readonly kind: Kind }

/** Reads the blocks of one kind of input, in a worker. */
export interface BlockDecoder<Content extends BlockContent = BlockContent> {
  /** What a block of CSV shows of the whole file's columns. */
  look(content: Content): SeenColumns
  /** @throws ServingError BAD_REQUEST, INVALID_PARAMETER_VALUE where the rows are to blame */
  decode(content: Content): DecodedScoringRequest | Promise<DecodedScoringRequest>
  /** The same rows one by one; undefined where they cannot be told apart. */
  rows(content: Content): BlockRows | undefined
}
