import type { Tensor } from '../../../core/tensor.ts'
import { float16ToNumber } from '../../mlflow-scoring/numpy/float16.ts'
import { shortestFloat32 } from './shortest-float32.ts'

/**
 * The elements of a tensor as a flat JSON list: floats in the shortest digits that read back as the same FP32 or FP64,
 * integers exactly. What is not finite is one of the tokens NaN, Infinity and -Infinity, which are no JSON but what
 * Triton writes and Python reads; a client that cannot read them asks for binary data.
 */
export function dataText(tensor: Tensor): string {
  switch (tensor.datatype) {
    case 'FP32':
      return floatsText(tensor.data, shortened)
    case 'FP64':
      return floatsText(tensor.data, unchanged)
    case 'FP16':
      return floatsText(tensor.data, shortenedHalf)
    case 'BYTES':
      return JSON.stringify(tensor.data)
    case 'BOOL':
      return `[${Array.from(tensor.data, (byte) => byte !== 0).join()}]`
    default:
      return `[${tensor.data.join()}]`
  }
}

function unchanged(value: number): number {
  return value
}

function shortened(value: number): number {
  return value - value === 0 ? shortestFloat32(value) : value
}

function shortenedHalf(half: number): number {
  return shortened(float16ToNumber(half))
}

function floatsText(data: ArrayLike<number>, read: (element: number) => number): string {
  const values = new Array<number>(data.length)
  let hasSpecial = false
  for (let i = 0; i < data.length; i++) {
    const value = read(data[i]!)
    values[i] = value
    hasSpecial ||= value - value !== 0 || Object.is(value, -0)
  }
  return hasSpecial ? `[${values.map(floatText).join()}]` : JSON.stringify(values)
}

/** What `JSON.stringify` writes as null or without its sign is written in Python's form. */
function floatText(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value)
}
