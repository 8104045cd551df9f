import { asciiJson } from '../../../core/ascii-json.ts'
import type { Tensor } from '../../../core/tensor.ts'
import { float16ToNumber } from '../numpy/float16.ts'
import { jsonFloat } from './json-text.ts'

/** The JSON text of the elements of one tensor, by position. */
export type ElementText = (position: number) => string

/** Chosen once a tensor, so that the loop over its elements has no branch on the datatype. */
export function elementText(tensor: Tensor): ElementText {
  switch (tensor.datatype) {
    case 'FP32':
    case 'FP64': {
      const { data } = tensor
      return (i) => jsonFloat(data[i] as number)
    }
    case 'FP16': {
      const { data } = tensor
      return (i) => jsonFloat(float16ToNumber(data[i] as number))
    }
    case 'BOOL': {
      const { data } = tensor
      return (i) => (data[i] === 0 ? 'false' : 'true')
    }
    case 'BYTES': {
      const { data } = tensor
      return (i) => asciiJson(data[i] as string)
    }
    default: {
      const { data } = tensor
      return (i) => String(data[i])
    }
  }
}
