import type { BatchCodec, CsvDecoder } from '../../protocols/mlflow-scoring/batch-codec.ts'
import { CsvBlockReader, type SeenColumns } from '../../protocols/mlflow-scoring/csv/csv-block-reader.ts'
import { type CsvLayout, layoutWidth } from '../../protocols/mlflow-scoring/csv/csv-layout.ts'
import { planCsv } from '../../protocols/mlflow-scoring/csv/csv-plan.ts'
import type { PyValue } from '../../protocols/mlflow-scoring/python/python-value.ts'
import type { DecodedScoringRequest } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import type { Schema } from '../../signature/model-signature.ts'
import type { BlockDecoder, ContentOf } from './block-decoder.ts'
import { CsvRows } from './csv-rows.ts'

export interface CsvBlockDecoderInit {
  readonly codec: BatchCodec
  readonly schema: Schema | undefined
  readonly layout: CsvLayout
  readonly params: PyValue | undefined
  /** All columns are wanted as values, not only those that the model receives. */
  readonly readsAll: boolean
  /** What looking at all blocks has shown. */
  readonly seen: SeenColumns | undefined
}

/** Reads the blocks of a CSV file. */
export class CsvBlockDecoder implements BlockDecoder<ContentOf<'csv'>> {
  readonly #init: CsvBlockDecoderInit
  readonly #decoder: CsvDecoder
  /** Of all columns, each of the dtype that the whole file gives it. */
  readonly #reader: CsvBlockReader

  /** @throws ServingError INVALID_PARAMETER_VALUE where the file lacks a column that the model must have */
  static async create(init: CsvBlockDecoderInit): Promise<CsvBlockDecoder> {
    const { codec, layout, params } = init
    const seen = seenByModel(init)
    const decoder = await codec.csvDecoder({
      layout,
      ...(params === undefined ? {} : { params }),
      ...(seen === undefined ? {} : { seen }),
    })
    return new CsvBlockDecoder(init, decoder)
  }

  private constructor(init: CsvBlockDecoderInit, decoder: CsvDecoder) {
    const { layout, seen, readsAll } = init
    this.#init = init
    this.#decoder = decoder
    this.#reader = new CsvBlockReader(layout, planCsv(layout, undefined), readsAll ? seen : undefined)
  }

  look(block: ContentOf<'csv'>): SeenColumns {
    return this.#init.readsAll ? this.#reader.look(block) : this.#decoder.look(block)
  }

  decode(block: ContentOf<'csv'>): DecodedScoringRequest {
    return this.#decoder.decode(block)
  }

  rows(block: ContentOf<'csv'>): CsvRows {
    return new CsvRows({
      block,
      width: layoutWidth(this.#init.layout),
      read: () => this.#reader.read(block),
    })
  }
}

/** What the model's own decoder has to know, which looks at its own columns alone. */
function seenByModel({ seen, readsAll, layout, schema }: CsvBlockDecoderInit): SeenColumns | undefined {
  if (seen === undefined || !readsAll) return seen
  return planCsv(layout, schema)
    .filter(({ type }) => type === undefined)
    .map(({ index }) => seen[index - layout.indexColumns]!)
}
