import type { PreparedModel } from '../flavors/flavor.ts'
import type { SeenColumns } from '../protocols/mlflow-scoring/csv/csv-block-reader.ts'
import type { CsvLayout } from '../protocols/mlflow-scoring/csv/csv-layout.ts'
import type { ScoringMediaType } from '../protocols/mlflow-scoring/scoring-codec.ts'
import type { OutputFormat } from './formats.ts'
import type { JsonEnvelope } from './input/json/json-blocks.ts'

/** What a worker must know of the whole input to read a block of it. Plain data: it crosses threads. */
export type InputSpec =
  | {
      readonly kind: 'csv'
      readonly layout: CsvLayout
      /** The header as it stands in the file, without the end of its line. */
      readonly header: string
    }
  | { readonly kind: 'json'; readonly envelope: JsonEnvelope }
  | {
      readonly kind: 'lines'
      readonly envelope: JsonEnvelope
      /** One block, which is all of the input. */
      readonly isWhole: boolean
    }
  | { readonly kind: 'frame'; readonly names: readonly string[] }
  /** One block, which is all of the input. */
  | { readonly kind: 'document'; readonly mediaType: ScoringMediaType }

/** What every worker has to know before it reads a block. Plain data: it crosses threads. */
export interface Reading {
  readonly input: InputSpec
  /** There is one block, whose rows are predicted together: an output may be of all of them. */
  readonly isWhole: boolean
  /** What all blocks have shown when they were looked at; absent where that is not necessary, or not done yet. */
  readonly seen?: SeenColumns
  /** Of JSON, which has no header: names that its records have and outputs would have too. */
  readonly taken?: readonly string[]
}

/** What is made of the predictions. */
export interface OutputSpec {
  readonly format: OutputFormat
  /** The columns of the input come before the predictions. */
  readonly append: boolean
}

/** All that the workers of a run have in common. Plain data: it crosses threads. */
export interface Job {
  readonly mlmodel: PreparedModel
  /** Module URL of another flavor table than Headrace's own. */
  readonly flavorTable?: string
  readonly intraOpThreads: number
  readonly output: OutputSpec
  /** JSON text of parameters for the model. */
  readonly params: string | undefined
  /** Most rows of one run of the engine. */
  readonly batchRows: number
  /** Rows that fail are reported one by one, and the others predicted; otherwise the first one is all that counts. */
  readonly keepGoing: boolean
}

/** Whether the input's columns are wanted as values. For CSV out of CSV the text of the records is enough. */
export function readsAllColumns({ format, append }: OutputSpec): boolean {
  return append && format !== 'csv'
}
