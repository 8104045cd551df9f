import type { Tensor } from '../../../core/tensor.ts'
import { float16ToNumber } from '../numpy/float16.ts'
import { floatText } from '../python/float-text.ts'
import { type ElementWriter, writeInteger } from './element-writer.ts'
import type { TextBuffer } from './text-buffer.ts'

const NEEDS_QUOTES = /[",\r\n]/

/** RFC 4180, section 2. An empty text is quoted, which tells it from a missing value. */
export function csvField(text: string): string {
  return text === '' || NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** As `pandas.DataFrame.to_csv` writes it. */
export const writeCsvElement: ElementWriter = (tensor: Tensor, position, out) => {
  switch (tensor.datatype) {
    case 'FP32':
    case 'FP64':
      return writeFloat(tensor.data[position]!, out)
    case 'FP16':
      return writeFloat(float16ToNumber(tensor.data[position]!), out)
    case 'BOOL':
      return out.ascii(tensor.data[position] === 0 ? 'False' : 'True')
    case 'BYTES':
      return out.utf8(csvField(tensor.data[position]!))
    default:
      writeInteger(tensor.data[position]!, out)
  }
}

/** NaN is an empty field, and the infinities are `inf` and `-inf`. */
function writeFloat(value: number, out: TextBuffer): void {
  if (value - value === 0) out.float(value)
  else if (!Number.isNaN(value)) out.ascii(floatText(value))
}
