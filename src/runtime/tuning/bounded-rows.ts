import { elementCount, type TensorMap } from '../../core/tensor.ts'
import type { BatchPlan } from '../batching/batch-plan.ts'
import type { RowJoining } from '../batching/row-joining.ts'

/** Rows may be so many times as large as the largest that was tried. */
const MOST_GROWTH = 4

/**
 * Of a model whose rows have no fixed size: rows that are much larger than those that were tried run alone, since
 * neither the time nor the memory of a batch of them is known.
 * @param triedElements values in the largest row that batches were made of.
 */
export function boundedRows(joining: RowJoining, triedElements: number): RowJoining {
  const most = MOST_GROWTH * triedElements
  return {
    fits: (a, b) => rowElements(a) <= most && rowElements(b) <= most && joining.fits(a, b),
    join: (parts) => joining.join(parts),
    split: (outputs, parts) => joining.split(outputs, parts),
  }
}

/**
 * Rows that are larger than those that were tried are fewer in a run, so that it takes about as long as it may: the
 * time of a row is taken to grow with the square of its length, as that of attention does.
 * @param largest rows of the largest batch of rows as they were tried.
 */
export function fewerLargeRows(
  triedElements: number,
  largest: number,
): NonNullable<BatchPlan['mostRowsFor']> {
  return (inputs) => {
    const growth = rowElements(inputs) / triedElements
    return growth <= 1 ? largest : Math.max(1, Math.floor(largest / growth ** 2))
  }
}

/** Values in the largest of `tried`, each of them a row. */
export function mostElements(tried: readonly TensorMap[]): number {
  return Math.max(1, ...tried.map(rowElements))
}

function rowElements(tensors: TensorMap): number {
  let elements = 0
  for (const { shape } of tensors.values()) elements += elementCount(shape) / Math.max(1, shape[0] ?? 1)
  return elements
}
