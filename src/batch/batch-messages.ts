import type { SerializedError } from '../core/errors.ts'
import type { SeenColumns } from '../protocols/mlflow-scoring/csv/csv-block-reader.ts'
import type { BlockContent } from './block.ts'
import type { Job } from './job.ts'
import type { ParquetCells, ParquetField } from './output/parquet/parquet-field.ts'

/** Everything that crosses between the main thread and the workers of a batch run. */
export type BatchMessage = OpenMessage | LookMessage | PredictMessage

/** Opens the model ahead of the first block, and tells of it. */
export interface OpenMessage {
  readonly kind: 'open'
}

/** Looks at a block of CSV for what the whole file decides: the kinds of columns that the signature does not tell. */
export interface LookMessage {
  readonly kind: 'look'
  readonly content: BlockContent
  readonly reading: SharedReading
}

export interface PredictMessage {
  readonly kind: 'predict'
  readonly content: BlockContent
  readonly reading: SharedReading
}

/** A `Reading` in Node's serialization, in shared memory: it goes with every block and is read once a thread. */
export interface SharedReading {
  /** Another number for another reading. */
  readonly id: number
  readonly serialized: Uint8Array
}

/** What every thread gets when it starts (`workerData`). */
export interface WorkerSetup {
  readonly job: Job
  /** One number in shared memory: how many threads have opened the model, or failed to. */
  readonly opened: Int32Array
}

/** A row that cannot be predicted. */
export interface BadRow {
  /** Counted from 0 within the block. */
  readonly row: number
  /** Of the file, counted from 1, where it has lines. */
  readonly line?: number
  /** The record's own text, or the row as JSON has it. */
  readonly input: unknown
  readonly error: string
}

/** How the parts of the output are put together. */
export type OutputShape =
  /** One record after the other; `header` comes before the first. */
  | { readonly kind: 'lines'; readonly header: string }
  /** MLflow's reply to a frame: one list of records. */
  | { readonly kind: 'records' }
  /** MLflow's reply to arrays: a list for each output. `keys` as they stand in the JSON text: `"y": `. */
  | { readonly kind: 'tensors'; readonly keys: readonly string[] }
  /** A reply that is whole as it is. */
  | { readonly kind: 'document' }
  /** Columns of a file of columns. */
  | { readonly kind: 'table'; readonly fields: readonly ParquetField[] }

/** What the main thread is told of the model. */
export interface OpenedModel {
  /** Whether the rows are a free number, so that the input may be cut. */
  readonly batchable: boolean
  /** Names of its outputs. */
  readonly outputs: readonly string[]
  /** Values that it gives for a row, as far as its file tells. */
  readonly rowValues: number
}

export interface PredictedBlock {
  /** Rows of the block, bad ones included. */
  readonly rows: number
  /** Undefined where all rows are bad. */
  readonly shape: OutputShape | undefined
  /** The text of the predictions: one part, but for `tensors` one for each output. None where all rows are bad. */
  readonly parts: readonly Uint8Array[]
  /** Of a `table`: the cells of each field. */
  readonly columns?: readonly ParquetCells[]
  readonly badRows: readonly BadRow[]
}

export type BatchReply =
  | { readonly status: 'opened'; readonly model: OpenedModel }
  | { readonly status: 'seen'; readonly seen: SeenColumns }
  | { readonly status: 'predicted'; readonly block: PredictedBlock }
  | { readonly status: 'failed'; readonly error: SerializedError }
