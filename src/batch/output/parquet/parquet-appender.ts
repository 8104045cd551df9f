import { ftruncateSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import { constants, zstdCompressSync } from 'node:zlib'
import type { RowGroup } from 'hyparquet'
import { ParquetWriter } from 'hyparquet-writer'
import { internalError } from '../../../core/errors.ts'
import { FileWriter } from './file-writer.ts'
import type { ParquetAppenderState } from './parquet-appender-state.ts'
import { type ParquetCells, type ParquetField, schemaOf } from './parquet-field.ts'
import { storedColumn } from './stored-column.ts'

/** A row group is written when it has as many rows, or as many bytes before encoding. */
const ROW_GROUP_ROWS = 1_048_576
const ROW_GROUP_BYTES = 8 * 1024 * 1024
const BYTES_PER_CELL = 16
/** As pyarrow: a larger dictionary costs more memory than it saves. */
const DICTIONARY_BYTES = 1024 * 1024
/** Node's own code is several times as fast as the Snappy in JavaScript, and compresses better. */
const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

export interface ParquetAppenderInit {
  /** Open for writing; the appender writes at positions of its own and does not close it. */
  readonly fd: number
  readonly fields: readonly ParquetField[]
  /** Where a row group ends at the latest; the default keeps memory small. */
  readonly rowGroupRows?: number
}

/**
 * Writes a parquet file piece by piece, holding one row group at most. Row groups end where an appended piece ends, so
 * that a file continued from its last complete row group, with the same pieces, is the same to the byte.
 */
export class ParquetAppender {
  readonly #fields: readonly ParquetField[]
  readonly #rowGroupRows: number
  readonly #file: FileWriter
  readonly #writer: ParquetWriter
  readonly #groups: string[]
  #pieces: (readonly ParquetCells[])[] = []
  #pendingRows = 0
  #pendingBytes = 0

  /** Begins a file, or continues it from `state`: what the file holds behind its complete row groups is cut off. */
  constructor(init: ParquetAppenderInit, state?: ParquetAppenderState) {
    const { fd, fields, rowGroupRows = ROW_GROUP_ROWS } = init
    this.#fields = fields
    this.#rowGroupRows = rowGroupRows
    this.#file = new FileWriter(fd)
    this.#writer = new ParquetWriter({
      writer: this.#file,
      schema: [{ name: 'schema', num_children: fields.length }, ...fields.flatMap(schemaOf)],
      codec: 'ZSTD',
      compressors: { ZSTD: (input) => zstdCompressSync(input, FASTEST) },
      createdBy: 'headrace',
    })
    this.#file.flush()
    this.#groups = [...(state?.rowGroups ?? [])]
    if (state !== undefined) this.#restore(state)
    ftruncateSync(fd, this.#file.offset)
  }

  #restore({ rows, bytes, rowGroups }: ParquetAppenderState): void {
    this.#file.continueFrom(bytes)
    this.#writer.num_rows = BigInt(rows)
    this.#writer.row_groups = rowGroups.map((text) => deserialize(Buffer.from(text, 'base64')) as RowGroup)
  }

  /** What can be continued from: true once the file's data are synced. */
  state(): ParquetAppenderState {
    return { rows: Number(this.#writer.num_rows), bytes: this.#file.offset, rowGroups: [...this.#groups] }
  }

  /**
   * Appends rows, one column of cells for each field. Arrays are kept until their row group is written, and must not
   * change; those in shared memory may.
   */
  append(columns: readonly ParquetCells[]): void {
    const rows = columns[0]?.length ?? 0
    if (columns.length !== this.#fields.length || columns.some(({ length }) => length !== rows)) {
      throw internalError('Rows for a parquet file do not have its columns')
    }
    if (rows === 0) return
    this.#pieces.push(columns.map(unshared))
    this.#pendingRows += rows
    for (const column of columns) this.#pendingBytes += bytesOf(column)
    if (this.#pendingRows >= this.#rowGroupRows || this.#pendingBytes >= ROW_GROUP_BYTES)
      this.#writeRowGroup()
  }

  /** Writes what is pending and the footer. The file is complete, but not synced. */
  finish(): void {
    if (this.#pendingRows > 0) this.#writeRowGroup()
    // Synchronous, as the writer to the file is.
    void this.#writer.finish()
  }

  #writeRowGroup(): void {
    const columnData = this.#fields.map((field, index) => ({
      name: field.name,
      data: storedColumn(
        field,
        this.#pieces.map((columns) => columns[index] ?? []),
      ),
      // Where pages lie would have to be part of the state; no reader needs it.
      offsetIndex: false,
      ...encodingOf(field),
    }))
    void this.#writer.write({ columnData, rowGroupSize: this.#pendingRows, dictionarySize: DICTIONARY_BYTES })
    // Kept for indexes and filters alone, of which there are none.
    this.#writer.pendingIndexes = []
    this.#groups.push(serialize(this.#writer.row_groups.at(-1)).toString('base64'))
    this.#pieces = []
    this.#pendingRows = 0
    this.#pendingBytes = 0
  }
}

/** Numbers as they are: a dictionary of them takes longer to make than all else, and zstd finds repeats as well. */
function encodingOf({ type, isList = false }: ParquetField): { readonly encoding?: 'PLAIN' } {
  return isList || type === 'str' || type === 'bool' ? {} : { encoding: 'PLAIN' }
}

/** Shared memory is used again by whoever shares it. */
function unshared(cells: ParquetCells): ParquetCells {
  const isShared = ArrayBuffer.isView(cells) && cells.buffer instanceof SharedArrayBuffer
  return isShared ? (cells as Float64Array).slice() : cells
}

/** What the cells take in memory, about. */
function bytesOf(cells: ParquetCells): number {
  if (ArrayBuffer.isView(cells)) return cells.byteLength
  let bytes = BYTES_PER_CELL * cells.length
  for (let row = 0; row < cells.length; row += 1) {
    const cell = cells[row]
    if (typeof cell === 'string') bytes += cell.length
    else if (typeof cell === 'object' && cell !== null)
      bytes += BYTES_PER_CELL * (cell as { length: number }).length
  }
  return bytes
}
