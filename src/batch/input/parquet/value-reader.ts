/** What values are read into: numbers where the column has a fixed width, anything else as objects. */
export type ValueArray = Float64Array | Float32Array | Int32Array | BigInt64Array | unknown[]

/** Reads the values of a page, those that are not missing, one after the other. */
export interface ValueReader {
  /** @throws ServingError BAD_REQUEST where the page holds fewer */
  read(target: ValueArray, offset: number, count: number): void
}
