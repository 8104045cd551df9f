import type { Tensor } from '../../../core/tensor.ts'
import { float16ToNumber } from '../numpy/float16.ts'
import { csvText } from './csv-text.ts'
import { elementText } from './element-text.ts'
import type { TextBuffer } from './text-buffer.ts'

/** Writes the element of one tensor that is at a position. */
export type CellWriter = (position: number) => void

/** Writes what `elementText` gives, mostly without making texts. */
export function jsonCell(tensor: Tensor, out: TextBuffer): CellWriter {
  const text = elementText(tensor)
  const special: CellWriter = (i) => out.ascii(text(i))
  return floatCell(tensor, out, special) ?? special
}

/** Writes what `csvText` gives, mostly without making texts. */
export function csvCell(tensor: Tensor, out: TextBuffer): CellWriter {
  const text = csvText(tensor)
  if (tensor.datatype === 'BYTES') return (i) => out.utf8(text(i))
  const special: CellWriter = (i) => out.ascii(text(i))
  return floatCell(tensor, out, special) ?? special
}

/** @param special writes NaN and the infinities. */
function floatCell(tensor: Tensor, out: TextBuffer, special: CellWriter): CellWriter | undefined {
  switch (tensor.datatype) {
    case 'FP32':
    case 'FP64': {
      const { data } = tensor
      return (i) => {
        const value = data[i] as number
        if (value - value === 0) out.float(value)
        else special(i)
      }
    }
    case 'FP16': {
      const { data } = tensor
      return (i) => {
        const value = float16ToNumber(data[i] as number)
        if (value - value === 0) out.float(value)
        else special(i)
      }
    }
    default:
      return undefined
  }
}
