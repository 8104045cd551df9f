import { allocate, elementCount, type Tensor } from '../../core/tensor.ts'

/** The tensor with `length` places along `axis`: what is more is left out, what is missing is zero, or empty texts. */
export function resizedAxis(tensor: Tensor, axis: number, length: number): Tensor {
  const { datatype, shape, data } = tensor
  const had = shape[axis]!
  if (had === length) return tensor
  const inner = elementCount(shape.slice(axis + 1))
  const outer = elementCount(shape.slice(0, axis))
  const resized = allocate(datatype, outer * length * inner)
  const kept = Math.min(had, length) * inner
  for (let block = 0; block < outer; block += 1) {
    copy(data, block * had * inner, { to: resized, at: block * length * inner, count: kept })
  }
  return { datatype, shape: shape.with(axis, length), data: resized } as Tensor
}

interface Target {
  readonly to: Tensor['data']
  readonly at: number
  readonly count: number
}

function copy(from: Tensor['data'], begin: number, { to, at, count }: Target): void {
  if (ArrayBuffer.isView(from) && ArrayBuffer.isView(to)) {
    // Both of one datatype: which one is of no interest to a plain copy.
    ;(to as Float64Array).set((from as Float64Array).subarray(begin, begin + count), at)
    return
  }
  const texts = to as string[]
  for (let index = 0; index < count; index += 1) texts[at + index] = from[begin + index] as string
}
