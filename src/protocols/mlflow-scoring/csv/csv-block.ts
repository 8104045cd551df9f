/** Whole records cut out of a CSV file, without its header. */
export interface CsvBlock {
  readonly bytes: Uint8Array
  /** The line of the file on which the block begins, counted from 1, for messages. */
  readonly firstLine: number
}
