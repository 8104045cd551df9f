import { elementCount, type Tensor, type TensorMap } from '../../core/tensor.ts'

/** One row that the model takes, and what it answers to it alone. */
export interface TrialRow {
  readonly inputs: TensorMap
  readonly outputs: TensorMap
}

const TEXT_BYTES = 16

/** Bytes of all tensors; texts count as if they were short. */
export function byteSize(tensors: TensorMap): number {
  let bytes = 0
  for (const { data, shape } of tensors.values()) {
    bytes += ArrayBuffer.isView(data) ? data.byteLength : elementCount(shape) * TEXT_BYTES
  }
  return bytes
}

/** Whether two maps hold the same tensors, to the last bit. */
export function areSame(a: TensorMap, b: TensorMap): boolean {
  for (const [name, tensor] of a) if (!isSame(tensor, b.get(name))) return false
  return a.size === b.size
}

/** To the last bit. */
export function isSame(a: Tensor, b: Tensor | undefined): boolean {
  if (b === undefined || a.datatype !== b.datatype || a.shape.join() !== b.shape.join()) return false
  if (ArrayBuffer.isView(a.data) && ArrayBuffer.isView(b.data)) {
    return Buffer.compare(bytesOf(a.data), bytesOf(b.data)) === 0
  }
  const other = b.data as readonly string[]
  return (a.data as readonly string[]).every((text, index) => text === other[index])
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
