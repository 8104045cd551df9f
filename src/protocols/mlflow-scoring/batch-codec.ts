import type { TensorMap } from '../../core/tensor.ts'
import type { CsvBlock } from './csv/csv-block.ts'
import type { SeenColumns } from './csv/csv-block-reader.ts'
import type { CsvLayout } from './csv/csv-layout.ts'
import type { Frame } from './frame.ts'
import type { PyValue } from './python/python-value.ts'
import type { DecodedScoringRequest, ReplyForm, ScoringCodec } from './scoring-codec.ts'

export interface CsvDecoderInit {
  readonly layout: CsvLayout
  /** What the first pass has seen of the whole file; needed by a decoder that `needsWholeFile`. */
  readonly seen?: SeenColumns
  /** For models with parameters, which CSV has no room for; as `readJson` gives them. */
  readonly params?: PyValue
}

/** Decoder of one CSV file for one model, block by block: each block is a request of its own. */
export interface CsvDecoder {
  /** Some column's dtype is inferred from all of its cells: `look` at all blocks first, then make a decoder again. */
  readonly needsWholeFile: boolean

  /** Parts of a file may be looked at in any order and are put together by `joinSeenColumns`. */
  look(block: CsvBlock): SeenColumns

  /**
   * @throws ServingError BAD_REQUEST, INVALID_PARAMETER_VALUE; where one row is to blame the details have the `row`
   *   in the block, from 0, and mostly the `line` of the file, from 1.
   */
  decode(block: CsvBlock): DecodedScoringRequest
}

/** A codec that also reads and writes in parts what is too large for one request. */
export interface BatchCodec extends ScoringCodec {
  /**
   * Checks and casts rows that were read elsewhere.
   * @param params as `readJson` gives them.
   * @throws ServingError INVALID_PARAMETER_VALUE, BAD_REQUEST
   */
  decodeFrame(frame: Frame, params?: PyValue): DecodedScoringRequest

  /** @throws ServingError INVALID_PARAMETER_VALUE for a file without a column that the model must have. */
  csvDecoder(init: CsvDecoderInit): Promise<CsvDecoder>

  /**
   * What a part of the rows adds to the lists of the reply: joined by `, ` the parts make the lists that `encode`
   * makes of all rows.
   * @throws ServingError BAD_REQUEST for an output that has not one part for each of `rows`
   */
  encodeItems(outputs: TensorMap, form: ReplyForm, rows: number): ReplyItems
}
/** What a part of the rows adds to a reply. */
export interface ReplyItems {
  /** `"name": ` of each list; undefined for records, whose one list has no name. */
  readonly keys?: readonly string[]
  /** The text of each list's items, all ASCII, without the brackets; in memory of its own. */
  readonly lists: readonly Uint8Array<ArrayBuffer>[]
}
