import { elementCount, type Tensor, type TensorMap } from '../../core/tensor.ts'
import { joinRows, rowCount } from '../../core/tensor-rows.ts'
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
    return parts.map((part) => {
      const to = from + rowCount(part)
      const own = copyRows(outputs, from, to)
      from = to
      return own
    })
  },
}

/** Not views: whoever keeps one row would keep the whole batch, and could write to the rows of others. */
function copyRows(tensors: TensorMap, from: number, to: number): TensorMap {
  const copied = new Map<string, Tensor>()
  for (const [name, { datatype, shape, data }] of tensors) {
    const rowSize = elementCount(shape) / (shape[0] ?? 1)
    const ownShape = shape.slice()
    ownShape[0] = to - from
    copied.set(name, { datatype, shape: ownShape, data: data.slice(from * rowSize, to * rowSize) } as Tensor)
  }
  return copied
}

function isAlike(a: Tensor, b: Tensor | undefined): boolean {
  if (b === undefined || a.datatype !== b.datatype || a.shape.length !== b.shape.length) return false
  for (let axis = 1; axis < a.shape.length; axis++) if (a.shape[axis] !== b.shape[axis]) return false
  return true
}
