/** What is made of narrow rows takes many times of what they take themselves. */
const MOST_ROWS = 4096
/** As texts they take some 20 bytes each. */
const MOST_OUTPUT_VALUES = 256 * 1024

/** Where a source cuts: behind the row with which a block has as many rows, or as many bytes. */
export interface BlockSize {
  /** As far as they can be told before the input is cut; Infinity for one block of all. */
  readonly rows: number
  /** Of the text, or of the numbers; Infinity for one block of all. */
  readonly bytes: number
}

/** @param rowValues values that the model gives for a row */
export function blockSizeOf(bytes: number, rowValues: number): BlockSize {
  return { rows: Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_OUTPUT_VALUES / rowValues))), bytes }
}

/** All of the input is one block. */
export const WHOLE_INPUT: BlockSize = { rows: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY }
