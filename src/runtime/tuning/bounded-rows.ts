import { elementCount, type TensorMap } from '../../core/tensor.ts'
import type { RowJoining } from '../batching/row-joining.ts'

/** Rows may be so many times as large as the largest that was tried. */
const MOST_GROWTH = 4

/**
 * Of a model whose rows have no fixed size: rows that are much larger than those that were tried run alone, since
 * neither the time nor the memory of a batch of them is known.
 * @param tried rows that batches were made of.
 */
export function boundedRows(joining: RowJoining, tried: readonly TensorMap[]): RowJoining {
  const most = MOST_GROWTH * Math.max(...tried.map(rowElements))
  return {
    fits: (a, b) => rowElements(a) <= most && rowElements(b) <= most && joining.fits(a, b),
    join: (parts) => joining.join(parts),
    split: (outputs, parts) => joining.split(outputs, parts),
  }
}

function rowElements(tensors: TensorMap): number {
  let elements = 0
  for (const { shape } of tensors.values()) elements += elementCount(shape) / Math.max(1, shape[0] ?? 1)
  return elements
}
