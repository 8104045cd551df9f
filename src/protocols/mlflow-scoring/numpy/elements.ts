import type { PyValue } from '../python/python-value.ts'
import { float16ToNumber } from './float16.ts'
import type { NdArray } from './nd-array.ts'

/** The elements as Python objects, in row-major order: `array.ravel().tolist()`. */
export function elementsOf(array: NdArray): PyValue[] {
  switch (array.dtype) {
    case 'bool':
      return Array.from(array.data, (byte) => byte !== 0)
    case 'float16':
      return Array.from(array.data, float16ToNumber)
    case 'float32':
    case 'float64':
    case 'str':
    case 'bytes':
    case 'object':
      return Array.from<PyValue>(array.data)
    case 'int64':
    case 'uint64':
    case 'datetime64[ns]':
      return Array.from(array.data)
    default:
      return Array.from(array.data, BigInt)
  }
}

/** `array.tolist()`: nested lists, or the element alone of an array without dimensions. */
export function toNestedList(array: NdArray): PyValue {
  const elements = elementsOf(array)
  if (array.shape.length === 0) return elements[0] ?? null
  return nest(elements, array.shape)
}

function nest(elements: readonly PyValue[], shape: readonly number[]): PyValue[] {
  if (shape.length === 1) return [...elements]
  const [count = 0, ...inner] = shape
  const size = count === 0 ? 0 : elements.length / count
  return Array.from({ length: count }, (_, i) => nest(elements.slice(i * size, (i + 1) * size), inner))
}
