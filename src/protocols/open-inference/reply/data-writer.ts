import type { Tensor } from '../../../core/tensor.ts'
import { float16ToNumber } from '../../mlflow-scoring/numpy/float16.ts'
import { writeJsonElement } from '../../mlflow-scoring/reply/element-writer.ts'
import type { TextBuffer } from '../../mlflow-scoring/reply/text-buffer.ts'
import { writeFloat32 } from './float32-text.ts'

const COMMA = 44
const OPENING_BRACKET = 91
const CLOSING_BRACKET = 93

/**
 * The elements of a tensor as a flat JSON list: floats in the shortest digits that read back as the same FP32 or FP64, with
 * a point or an exponent always, so that they stay floats to Python; integers exactly. What is not finite is one of the
 * tokens NaN, Infinity and -Infinity, which are no JSON but what Triton writes and Python reads; a client that cannot read
 * them asks for binary data.
 */
export function writeData(tensor: Tensor, out: TextBuffer): void {
  if (tensor.datatype === 'BYTES') {
    out.utf8(JSON.stringify(tensor.data))
    return
  }
  out.byte(OPENING_BRACKET)
  writeElements(tensor, out)
  out.byte(CLOSING_BRACKET)
}

type Numbers = Exclude<Tensor, { readonly datatype: 'BYTES' }>

function writeElements(tensor: Numbers, out: TextBuffer): void {
  const { datatype, data } = tensor
  for (let i = 0; i < data.length; i++) {
    if (i > 0) out.byte(COMMA)
    if (datatype === 'FP32') writeFloat32(data[i]!, out)
    else if (datatype === 'FP16') writeFloat32(float16ToNumber(data[i]!), out)
    else writeJsonElement(tensor, i, out)
  }
}
