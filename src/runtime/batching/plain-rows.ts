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
  split: copyRows,
}

/** Not views: whoever keeps one row would keep the whole batch, and could write to the rows of others. */
function copyRows(outputs: TensorMap, parts: readonly TensorMap[]): readonly TensorMap[] {
  const copies: Map<string, Tensor>[] = []
  for (let at = 0; at < parts.length; at += 1) copies.push(new Map())
  for (const [name, tensor] of outputs) copyTensorRows(name, tensor, parts, copies)
  return copies
}

/** Parts of as many rows have one list for their shapes, which nobody writes to. */
function copyTensorRows(
  name: string,
  { datatype, shape, data }: Tensor,
  parts: readonly TensorMap[],
  copies: readonly Map<string, Tensor>[],
): void {
  const rowSize = elementCount(shape) / (shape[0] ?? 1)
  let ownShape = shape
  let from = 0
  for (let at = 0; at < parts.length; at += 1) {
    const rows = rowCount(parts[at]!)
    const to = from + rows
    if (ownShape[0] !== rows) ownShape = shape.with(0, rows)
    const own = data.slice(from * rowSize, to * rowSize)
    copies[at]!.set(name, { datatype, shape: ownShape, data: own } as Tensor)
    from = to
  }
}

function isAlike(a: Tensor, b: Tensor | undefined): boolean {
  if (b === undefined || a.datatype !== b.datatype || a.shape.length !== b.shape.length) return false
  for (let axis = 1; axis < a.shape.length; axis++) if (a.shape[axis] !== b.shape[axis]) return false
  return true
}
