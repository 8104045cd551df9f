import { valueError } from '../python/python-error.ts'

/** Cells that a frame may always have. */
const FREE_CELLS = 1_000_000

/** Times more cells than were given that a frame may have beyond that. */
const PADDING = 4

/**
 * Refuses frames that are nearly all padding: short rows, distinct keys in each record, or scalars repeated for each
 * row make a small body ask for the product of two of its lengths.
 * @throws PythonError ValueError, where pandas runs out of memory
 */
export function checkFrameSize(rows: number, columns: number, given: number): void {
  const cells = rows * columns
  if (cells <= FREE_CELLS || cells <= PADDING * given) return
  throw valueError(
    `A frame of ${rows} rows and ${columns} columns is too large for the ${given} cells given.`,
  )
}

export function totalLength(lists: Iterable<{ readonly length: number }>): number {
  let total = 0
  for (const { length } of lists) total += length
  return total
}
