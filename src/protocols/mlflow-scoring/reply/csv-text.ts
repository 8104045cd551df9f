import type { Tensor } from '../../../core/tensor.ts'
import { float16ToNumber } from '../numpy/float16.ts'
import { floatText } from '../python/float-text.ts'
import type { ElementText } from './element-text.ts'

const NEEDS_QUOTES = /[",\r\n]/

/** RFC 4180, section 2. An empty text is quoted, which tells it from a missing value. */
export function csvField(text: string): string {
  return text === '' || NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The text of the elements of one tensor as `pandas.DataFrame.to_csv` writes them, by position. */
export function csvText(tensor: Tensor): ElementText {
  switch (tensor.datatype) {
    case 'FP32':
    case 'FP64': {
      const { data } = tensor
      return (i) => csvFloat(data[i] as number)
    }
    case 'FP16': {
      const { data } = tensor
      return (i) => csvFloat(float16ToNumber(data[i] as number))
    }
    case 'BOOL': {
      const { data } = tensor
      return (i) => (data[i] === 0 ? 'False' : 'True')
    }
    case 'BYTES': {
      const { data } = tensor
      return (i) => csvField(data[i] as string)
    }
    default: {
      const { data } = tensor
      return (i) => String(data[i])
    }
  }
}

function csvFloat(value: number): string {
  return Number.isNaN(value) ? '' : floatText(value)
}
