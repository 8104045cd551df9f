/** What a file that is being written holds so far, as JSON. */
export interface ParquetAppenderState {
  /** Rows of the complete row groups; what was appended after them has to be appended again. */
  readonly rows: number
  /** Bytes of the complete row groups, from the beginning of the file. */
  readonly bytes: number
  /** What the footer will say of each row group, in Node's serialization as base64. */
  readonly rowGroups: readonly string[]
}
