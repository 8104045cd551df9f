/** What a file that is being written holds so far, as JSON. */
export interface ParquetAppenderState {
  /** Rows of the complete row groups; what was appended after them has to be appended again. */
  readonly rows: number
  /** Bytes of the complete row groups, from the beginning of the file. */
  readonly bytes: number
  readonly rowGroups: readonly unknown[]
}
