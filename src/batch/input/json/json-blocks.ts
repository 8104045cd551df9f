/** What stands before and behind the elements of a block, so that both together are a JSON document. */
export interface JsonEnvelope {
  readonly prefix: Uint8Array
  readonly suffix: Uint8Array
  /** Of records: the columns of the file, of which a block may lack some. */
  readonly columns?: readonly string[]
}

/** Whole elements of the list that carries a file's rows, one a row, with commas between them. */
export interface JsonBlock {
  /** Row of the first element, counted from 0 over the file. */
  readonly firstRow: number
  readonly rows: number
  /** Bytes of their own, which may be transferred to a worker. */
  readonly elements: Uint8Array
}

/**
 * A JSON or JSON Lines file cut into blocks. Where it is cut depends on the file and the limits alone, so that block
 * numbers hold for shards and for runs that go on after an interruption. Close it when done.
 */
export interface JsonBlocks {
  readonly envelope: JsonEnvelope
  readonly rows: number
  /** How many blocks there are; they are numbered from 0. */
  readonly count: number
  /** Of the file. */
  readonly bytes: number
  /** @throws ServingError where the file has become shorter since it was cut */
  block(index: number): JsonBlock
  /** Where in the file a block begins, in bytes; of `count` the end of the last one. */
  offsetOf(index: number): number
  /** First row of a block; of `count` the number of rows. */
  firstRowOf(index: number): number
  close(): void
}

/** A block ends with the element that reaches one of these. */
export interface JsonBlockLimits {
  readonly blockRows: number
  readonly blockBytes: number
}
