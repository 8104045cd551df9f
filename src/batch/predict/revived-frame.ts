import type { Frame } from '../../protocols/mlflow-scoring/frame.ts'
import { revivePythonObjects } from '../../protocols/mlflow-scoring/python/python-object.ts'
import { type PackedFrame, unpackFrame } from '../input/parquet/pack-frame.ts'

/** A frame that came from another thread, with its dates, times and bytes as they were. */
export function revivedFrame(sent: Frame | PackedFrame): Frame {
  const { rows, columns } = 'bytes' in sent ? unpackFrame(sent) : sent
  return {
    rows,
    columns: columns.map((column) =>
      column.dtype === 'object' ? { ...column, data: column.data.map(revivePythonObjects) } : column,
    ),
  }
}
