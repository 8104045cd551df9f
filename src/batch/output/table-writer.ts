import type { PredictedBlock } from '../batch-messages.ts'
import { otherColumns } from './other-columns.ts'
import { ParquetAppender } from './parquet/parquet-appender.ts'
import type { ParquetAppenderState } from './parquet/parquet-appender-state.ts'
import type { ParquetField } from './parquet/parquet-field.ts'
import type { PartialFile } from './partial-file.ts'
import type { PredictionWriter, WriterState } from './prediction-writer.ts'

/** A run goes on from a row group's end; and what a group takes while it is written grows with its rows. */
const ROW_GROUP_ROWS = 65_536

/** Of a table: what a run goes on from. Null before the first block. */
export interface TableState {
  readonly table: { readonly fields: readonly ParquetField[]; readonly appender: ParquetAppenderState } | null
}

export interface TableWriterInit {
  readonly file: PartialFile
  readonly state?: TableState
}

/** Writes predictions as a parquet file. */
export class TableWriter implements PredictionWriter {
  readonly #init: TableWriterInit
  #fields: readonly ParquetField[] = []
  #appender: ParquetAppender | undefined
  #rows = 0

  constructor(init: TableWriterInit) {
    this.#init = init
    const table = init.state?.table ?? null
    if (table !== null) this.#begin(table.fields, table.appender)
  }

  async append({ shape, columns = [] }: PredictedBlock): Promise<void> {
    if (shape?.kind !== 'table') return
    this.#appender ??= this.#begin(shape.fields)
    if (JSON.stringify(shape.fields) !== JSON.stringify(this.#fields)) throw otherColumns()
    this.#appender.append(columns)
    this.#rows += columns[0]?.length ?? 0
  }

  /** A file is continued from a complete row group. */
  state(): WriterState | undefined {
    if (this.#appender === undefined) return { table: null }
    const appender = this.#appender.state()
    return appender.rows === this.#rows ? { table: { fields: this.#fields, appender } } : undefined
  }

  async sync(): Promise<void> {
    await this.#init.file.sync()
  }

  async finish(): Promise<void> {
    this.#appender ??= this.#begin([])
    this.#appender.finish()
    await this.#init.file.sync()
  }

  async publish(id: string): Promise<void> {
    await this.#init.file.publish(id)
  }

  async close(): Promise<void> {
    await this.#init.file.close()
  }

  #begin(fields: readonly ParquetField[], state?: ParquetAppenderState): ParquetAppender {
    this.#fields = fields
    this.#rows = state?.rows ?? 0
    const { fd } = this.#init.file
    this.#appender = new ParquetAppender({ fd, fields, rowGroupRows: ROW_GROUP_ROWS }, state)
    return this.#appender
  }
}
