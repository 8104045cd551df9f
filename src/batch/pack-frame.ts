import type { Column, Frame } from '../protocols/mlflow-scoring/frame.ts'

/** Every typed array begins at a multiple of it. */
const ALIGNMENT = 8

/** Bytes that `packFrame` needs. */
export function packedBytes(frame: Frame): number {
  return frame.columns.reduce((bytes, { data }) => bytes + (isTyped(data) ? aligned(data.byteLength) : 0), 0)
}

/**
 * The same frame with its numbers in shared memory. Sent to a worker as it is, a frame is copied twice, and the copies
 * are freed only when the worker's garbage is collected.
 */
export function packFrame(frame: Frame, slab: Buffer): Frame {
  let at = 0
  const columns = frame.columns.map((column) => {
    if (!isTyped(column.data)) return column
    const packed = packedColumn(column, slab, at)
    at += aligned(column.data.byteLength)
    return packed
  })
  return { rows: frame.rows, columns }
}

type TypedData = Extract<Column['data'], ArrayBufferView>

function isTyped(data: Column['data']): data is TypedData {
  return ArrayBuffer.isView(data)
}

function packedColumn(column: Column, slab: Buffer, at: number): Column {
  const source = column.data as Float64Array
  const TypedArray = source.constructor as Float64ArrayConstructor
  const data = new TypedArray(slab.buffer, slab.byteOffset + at, source.length)
  // All of one type: which one is of no interest to a plain copy.
  data.set(source)
  return { ...column, data } as Column
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}
