import type { Tensor, TensorMap } from '../../core/tensor.ts'
import { joinRows, rowCount, sliceRows } from '../../core/tensor-rows.ts'
import type { RowJoining } from './row-joining.ts'

/** Rows of one shape, one after the other. */
export const PLAIN_ROWS: RowJoining = {
  fits(a, b) {
    if (a.size !== b.size) return false
    for (const [name, tensor] of a) if (!isAlike(tensor, b.get(name))) return false
    return true
  },
  join: joinRows,
  split(outputs, parts) {
    let from = 0
    return parts.map((part): TensorMap => {
      const to = from + rowCount(part)
      const own = sliceRows(outputs, from, to)
      from = to
      return own
    })
  },
}

function isAlike(a: Tensor, b: Tensor | undefined): boolean {
  if (b === undefined || a.datatype !== b.datatype || a.shape.length !== b.shape.length) return false
  for (let axis = 1; axis < a.shape.length; axis++) if (a.shape[axis] !== b.shape[axis]) return false
  return true
}
