import { uniqueColumnNames } from './column-names.ts'
import { tokenizeCsv } from './csv-tokenizer.ts'
import { decodeUtf8 } from './decode-utf8.ts'

/** What the first two records of a CSV file decide for all of it. Plain data, which may cross threads. */
export interface CsvLayout {
  /** The cells of the header as they stand in the file. */
  readonly header: readonly string[]
  /** The header's names as pandas makes them unique. */
  readonly names: readonly string[]
  /** Unnamed columns before the first named one, which pandas takes for the index and no model receives. */
  readonly indexColumns: number
  /** Bytes up to the end of the header's line: where the first block may begin. */
  readonly headerBytes: number
  /** Lines up to there, blank ones included. */
  readonly headerLines: number
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]
const LINE_END = /\r\n|\r|\n/g

/**
 * @param head the beginning of a file: the header and, where the file has one, at least one record more, all whole.
 * @throws ServingError BAD_REQUEST
 */
export function readCsvLayout(head: Uint8Array): CsvLayout {
  const table = tokenizeCsv(decodeUtf8(head), 2)
  const header = table.header()
  const mark = BYTE_ORDER_MARK.every((byte, i) => head[i] === byte) ? BYTE_ORDER_MARK.length : 0
  return {
    header,
    names: uniqueColumnNames(header),
    indexColumns: table.width - table.headerWidth,
    headerBytes: mark + Buffer.byteLength(table.headerText),
    headerLines: countLines(table.headerText),
  }
}

/** Cells of a full record. */
export function layoutWidth({ header, indexColumns }: CsvLayout): number {
  return header.length + indexColumns
}

/** Ends of lines, as many as an editor shows before the text that follows. */
export function countLines(text: string): number {
  return text.match(LINE_END)?.length ?? 0
}
