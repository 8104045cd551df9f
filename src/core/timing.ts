/**
 * Where one request spent its time, in milliseconds, and with how many rows it ran. Each stage writes its own
 * field; metrics, the `Server-Timing` header and logs all read this record.
 */
export interface Timing {
  /** Body bytes to tensors. */
  parse: number
  /** From decoded to the start of the run. */
  queue: number
  /** The run of the engine that held this request's rows. */
  compute: number
  /** Tensors to body text. */
  serialise: number
  /** Rows of this request. */
  rows: number
  /** Rows of the run that this request was part of. */
  batchRows: number
}

export function newTiming(): Timing {
  return { parse: 0, queue: 0, compute: 0, serialise: 0, rows: 0, batchRows: 0 }
}
