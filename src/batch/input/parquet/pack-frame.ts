import type { Column, Frame } from '../../../protocols/mlflow-scoring/frame.ts'
import { TYPED_ARRAYS } from '../../../protocols/mlflow-scoring/numpy/dtype.ts'

/**
 * A frame whose numbers lie in shared memory. Sent to a worker as it is, a frame is copied twice, and the copies are
 * freed only when the worker's garbage is collected; a view for each column would cost a message a millisecond.
 */
export interface PackedFrame {
  readonly rows: number
  readonly columns: readonly PackedColumn[]
  /** Of all columns that have an `offset`. */
  readonly bytes: Uint8Array
}

type WithOffset<C> = C extends Column ? Omit<C, 'data'> & { readonly offset: number } : never

/** A column as it is, or where in the shared memory its numbers begin. */
type PackedColumn = Column | WithOffset<Column>

/** Every column begins at a multiple of it. */
const ALIGNMENT = 8

/**
 * The frame with its numbers copied to the beginning of `slab`, which takes 8 bytes for each of them and 8 more for
 * each column.
 */
export function packFrame(frame: Frame, slab: Buffer): PackedFrame {
  let offset = 0
  const columns = frame.columns.map((column): PackedColumn => {
    const { data, ...others } = column
    if (!isTyped(data)) return column
    slab.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset)
    const packed = { ...others, offset } as WithOffset<Column>
    offset += aligned(data.byteLength)
    return packed
  })
  return { rows: frame.rows, columns, bytes: slab }
}

/** The frame again, with views of the shared memory. */
export function unpackFrame({ rows, columns, bytes }: PackedFrame): Frame {
  return {
    rows,
    columns: columns.map((column) => {
      if (!('offset' in column)) return column
      const { offset, ...others } = column
      const TypedArray = TYPED_ARRAYS[others.dtype as keyof typeof TYPED_ARRAYS] as Float64ArrayConstructor
      return { ...others, data: new TypedArray(bytes.buffer, bytes.byteOffset + offset, rows) } as Column
    }),
  }
}

function isTyped(data: Column['data']): data is Extract<Column['data'], ArrayBufferView> {
  return ArrayBuffer.isView(data)
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}
