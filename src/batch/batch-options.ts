import type { PreparedModel } from '../flavors/flavor.ts'
import type { InputFormat, OutputFormat } from './formats.ts'
import type { Shard } from './shard.ts'

/** Everything that decides what a batch run does. */
export interface BatchOptions {
  readonly mlmodel: PreparedModel
  /** Undefined for standard input. */
  readonly inputPath: string | undefined
  readonly inputFormat: InputFormat
  /** Undefined for standard output. */
  readonly output: string | undefined
  readonly outputFormat: OutputFormat
  /** Predictions are added to the columns of the input. */
  readonly append: boolean
  /** JSON text of the model's parameters. */
  readonly params: string | undefined
  readonly shard: Shard
  /**
   * Go on where an earlier run of the same options was interrupted, if one was; `if-same` begins anew where that one was of
   * others, or of another input or model, which is an error otherwise.
   */
  readonly resume: boolean | 'if-same'
  /** Where rows that fail are listed; the first one ends the run where there is no such file. */
  readonly badRowsPath: string | undefined
  /** Worker threads; undefined for one a core, fewer where the model is large. */
  readonly workers: number | undefined
  /** Most rows of one run of the engine. */
  readonly batchRows: number
  /** Size of a block of text, about. */
  readonly blockBytes: number
  /** Of the program: another one may cut the input elsewhere. */
  readonly programVersion: string
}

/** How far a run is, for whoever watches. */
export interface BatchProgress {
  /** Rows written in this run and, where it goes on, before. */
  readonly rows: number
  readonly badRows: number
  /** Position in the input and its end, in bytes or rows; `end` is undefined for a pipe. */
  readonly done: number
  readonly end: number | undefined
}

export interface BatchSummary {
  readonly rows: number
  readonly badRows: number
  /** Rows of an interrupted run that did not have to be predicted again. */
  readonly resumedRows: number
  /** False where the run was stopped by its signal: an output file can be gone on with. */
  readonly finished: boolean
}
