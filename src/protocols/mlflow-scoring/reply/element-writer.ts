import { asciiJson } from '../../../core/ascii-json.ts'
import type { Tensor } from '../../../core/tensor.ts'
import { float16ToNumber } from '../numpy/float16.ts'
import { jsonFloat } from './json-text.ts'
import type { TextBuffer } from './text-buffer.ts'

/** Writes the element of a tensor that is at a position. */
export type ElementWriter = (tensor: Tensor, position: number, out: TextBuffer) => void

/** As `json.dumps` writes it. */
export const writeJsonElement: ElementWriter = (tensor, position, out) => {
  switch (tensor.datatype) {
    case 'FP32':
    case 'FP64':
      return writeJsonFloat(tensor.data[position]!, out)
    case 'FP16':
      return writeJsonFloat(float16ToNumber(tensor.data[position]!), out)
    case 'BOOL':
      return out.ascii(tensor.data[position] === 0 ? 'false' : 'true')
    case 'BYTES':
      return writeJsonText(tensor.data[position]!, out)
    default:
      writeInteger(tensor.data[position]!, out)
  }
}

/** What is not finite is a bare token. */
export function writeJsonFloat(value: number, out: TextBuffer): void {
  if (value - value === 0) out.float(value)
  else out.ascii(jsonFloat(value))
}

function writeJsonText(text: string, out: TextBuffer): void {
  if (!out.quoted(text)) out.ascii(asciiJson(text))
}

export function writeInteger(value: number | bigint, out: TextBuffer): void {
  const number = Number(value)
  // Nearly all integers are of 32 bits.
  if (number === (number | 0)) out.integer(number)
  else out.ascii(String(value))
}
