import type { Tensor } from '../../../core/tensor.ts'
import { csvText } from './csv-text.ts'
import { elementText } from './element-text.ts'
import type { TextBuffer } from './text-buffer.ts'

/** Writes the element of one tensor that is at a position. */
export type CellWriter = (position: number) => void

/** Writes what `elementText` gives, mostly without making texts. */
export function jsonCell(tensor: Tensor, out: TextBuffer): CellWriter {
  const text = elementText(tensor)
  return numberCell(tensor, out, (i) => out.ascii(text(i)))
}

/** Writes what `csvText` gives, mostly without making texts. */
export function csvCell(tensor: Tensor, out: TextBuffer): CellWriter {
  const text = csvText(tensor)
  if (tensor.datatype === 'BYTES') return (i) => out.utf8(text(i))
  return numberCell(tensor, out, (i) => out.ascii(text(i)))
}

/** @param other writes NaN, the infinities, and what is no number. */
function numberCell(tensor: Tensor, out: TextBuffer, other: CellWriter): CellWriter {
  switch (tensor.datatype) {
    case 'FP32':
    case 'FP64': {
      const { data } = tensor
      return (i) => {
        const value = data[i] as number
        if (value - value === 0) out.float(value)
        else other(i)
      }
    }
    case 'INT64': {
      const { data } = tensor
      const halves = new Int32Array(data.buffer, data.byteOffset, 2 * data.length)
      return (i) => {
        const low = halves[2 * i]!
        // Nearly all integers are of 32 bits, and take no BigInt to write.
        if (halves[2 * i + 1] === low >> 31) out.integer(low)
        else other(i)
      }
    }
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'UINT8':
    case 'UINT16': {
      const { data } = tensor
      return (i) => out.integer(data[i] as number)
    }
    default:
      return other
  }
}
