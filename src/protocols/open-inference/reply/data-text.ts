import type { Tensor } from '../../../core/tensor.ts'
import { float16ToNumber } from '../../mlflow-scoring/numpy/float16.ts'
import { jsonFloat } from '../../mlflow-scoring/reply/json-text.ts'
import { Float32List } from './float32-list.ts'
import { shortestFloat32 } from './shortest-float32.ts'

/**
 * The elements of a tensor as a flat JSON list: floats in the shortest digits that read back as the same FP32 or FP64, with
 * a point or an exponent always, so that they stay floats to Python; integers exactly. What is not finite is one of the
 * tokens NaN, Infinity and -Infinity, which are no JSON but what Triton writes and Python reads; a client that cannot read
 * them asks for binary data.
 */
export function dataText(tensor: Tensor): string {
  switch (tensor.datatype) {
    case 'FP32':
      return float32Text(tensor.data)
    case 'FP64':
      return joined(tensor.data, jsonFloat)
    case 'FP16':
      return float32Text(Array.from(tensor.data, float16ToNumber))
    case 'BYTES':
      return JSON.stringify(tensor.data)
    case 'BOOL':
      return joined(tensor.data, (byte) => (byte === 0 ? 'false' : 'true'))
    default:
      return `[${tensor.data.join()}]`
  }
}

/** From so many elements on the memory for a list of them is worth allotting. */
const LONG_LIST = 64

function float32Text(data: ArrayLike<number>): string {
  if (data.length < LONG_LIST) return joined(data, elementText)
  return `[${new Float32List(data.length).write(data, elementText)}]`
}

function elementText(value: number): string {
  return jsonFloat(value - value === 0 ? shortestFloat32(value) : value)
}

function joined(data: ArrayLike<number>, textOf: (element: number) => string): string {
  let text = '['
  for (let i = 0; i < data.length; i++) text += i === 0 ? textOf(data[i]!) : `,${textOf(data[i]!)}`
  return `${text}]`
}
