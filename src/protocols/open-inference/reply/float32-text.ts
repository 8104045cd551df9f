import { floatText } from '../../mlflow-scoring/python/float-text.ts'
import { jsonFloat } from '../../mlflow-scoring/reply/json-text.ts'
import type { TextBuffer } from '../../mlflow-scoring/reply/text-buffer.ts'
import { Float32Digits } from './float32-digits.ts'
import { shortestFloat32 } from './shortest-float32.ts'

/** Integers up to it are their own shortest digits. */
const MAX_INTEGER = 2 ** 24

const digits = new Float32Digits()

/**
 * Writes the shortest digits that read back as the same float32, in the form of Python's `repr`; what is not finite as a
 * bare token. @param value a float32.
 */
export function writeFloat32(value: number, out: TextBuffer): void {
  if (value === (value | 0) && value < MAX_INTEGER && value > -MAX_INTEGER && !Object.is(value, -0)) {
    out.wholeFloat(value)
  } else if (digits.find(Math.abs(value))) out.decimal(digits, value < 0)
  else if (value - value === 0) out.ascii(floatText(shortestFloat32(value)))
  else out.ascii(jsonFloat(value))
}
