import { allocate, elementCount, type Tensor, type TensorData, type TensorMap } from './tensor.ts'

/** Rows of a request: the first dimension of its first tensor; 1 where that is a scalar or there is none. */
export function rowCount(tensors: TensorMap): number {
  for (const tensor of tensors.values()) return tensor.shape[0] ?? 1
  return 1
}

/** Rows `from` (inclusive) to `to` (exclusive) of every tensor, as views: nothing but text is copied. */
export function sliceRows(tensors: TensorMap, from: number, to: number): Map<string, Tensor> {
  const sliced = new Map<string, Tensor>()
  for (const [name, tensor] of tensors) sliced.set(name, sliceTensor(tensor, from, to))
  return sliced
}

/** One map with the rows of all `parts` in their order. The parts have the same names, datatypes and row shapes. */
export function joinRows(parts: readonly TensorMap[]): TensorMap {
  const [first] = parts
  if (first === undefined) return new Map()
  if (parts.length === 1) return first
  const joined = new Map<string, Tensor>()
  for (const [name, tensor] of first) joined.set(name, joinTensors(name, tensor, parts))
  return joined
}

function sliceTensor(tensor: Tensor, from: number, to: number): Tensor {
  const rowShape = tensor.shape.slice(1)
  const rowSize = elementCount(rowShape)
  const [begin, end] = [from * rowSize, to * rowSize]
  const data = isText(tensor.data) ? tensor.data.slice(begin, end) : tensor.data.subarray(begin, end)
  return { datatype: tensor.datatype, shape: [to - from, ...rowShape], data } as Tensor
}

function joinTensors(name: string, { datatype, shape }: Tensor, parts: readonly TensorMap[]): Tensor {
  let rows = 0
  for (const part of parts) rows += part.get(name)!.shape[0] ?? 0
  const joinedShape = shape.with(0, rows)
  const count = elementCount(joinedShape)
  const data =
    datatype === 'BYTES' ? joinTexts(name, parts) : joinNumbers(name, parts, allocate(datatype, count))
  return { datatype, shape: joinedShape, data } as Tensor
}

function joinTexts(name: string, parts: readonly TensorMap[]): readonly string[] {
  return parts.flatMap((part) => part.get(name)!.data as readonly string[])
}

function joinNumbers(name: string, parts: readonly TensorMap[], joined: TensorData): TensorData {
  let at = 0
  for (const part of parts) {
    // All of one datatype: which one is of no interest to a plain copy.
    const data = part.get(name)!.data as Float64Array
    ;(joined as Float64Array).set(data, at)
    at += data.length
  }
  return joined
}

function isText(data: TensorData): data is readonly string[] {
  return !ArrayBuffer.isView(data)
}
