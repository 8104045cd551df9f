import { allocate, elementCount, type Tensor, type TensorMap } from '../../../core/tensor.ts'

/** Rows `from` up to, not including, `to` of each tensor; numbers are views. */
export function cutRows(tensors: TensorMap, from: number, to: number): Map<string, Tensor> {
  return mapTensors(tensors, ({ datatype, shape, data }) => {
    const [, ...row] = shape
    const size = elementCount(row)
    const part = Array.isArray(data)
      ? data.slice(from * size, to * size)
      : (data as Float32Array).subarray(from * size, to * size)
    return { datatype, shape: [to - from, ...row], data: part } as Tensor
  })
}

/** Puts the rows of several runs together. All have the same names and datatypes, and rows of one shape. */
export function joinRows(parts: readonly TensorMap[]): TensorMap {
  const [first] = parts
  if (first === undefined || parts.length === 1) return first ?? new Map()
  return new Map([...first.keys()].map((name) => [name, joinTensors(parts.map((part) => part.get(name)!))]))
}

function mapTensors(tensors: TensorMap, map: (tensor: Tensor) => Tensor): Map<string, Tensor> {
  return new Map([...tensors].map(([name, tensor]) => [name, map(tensor)]))
}

function joinTensors(parts: readonly Tensor[]): Tensor {
  const { datatype, shape } = parts[0]!
  const rows = parts.reduce((sum, part) => sum + part.shape[0]!, 0)
  const joined = [rows, ...shape.slice(1)]
  if (datatype === 'BYTES') {
    return { datatype, shape: joined, data: parts.flatMap((part) => part.data as readonly string[]) }
  }
  const data = allocate(datatype, elementCount(joined)) as Float32Array
  let offset = 0
  for (const part of parts) {
    data.set(part.data as Float32Array, offset)
    offset += part.data.length
  }
  return { datatype, shape: joined, data } as unknown as Tensor
}
