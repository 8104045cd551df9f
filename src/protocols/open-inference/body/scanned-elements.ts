import type { Datatype, TensorData } from '../../../core/tensor.ts'
import { type NumberList, NumberTraits } from '../../json-numbers/number-list.ts'
import type { NumberScanner } from '../../json-numbers/number-scanner.ts'
import { numbersToFloat16 } from '../../mlflow-scoring/numpy/float16.ts'

const { FRACTION, NULL, BOOLEAN, NEGATIVE_ZERO, LARGE_INTEGER, BEYOND_INT64, HUGE } = NumberTraits

export type ScannedDatatype = Exclude<Datatype, 'BYTES'>

/** The elements of a list as a tensor has them; undefined where a datatype does not take them, or not for certain. */
type ScannedElements = (list: NumberList, scanner: NumberScanner) => TensorData | undefined

const WORDS = NULL | BOOLEAN

function areNumbers({ traits }: NumberList): boolean {
  return (traits & WORDS) === 0
}

/** Beyond 2^53 the digits of integers are kept: see `toInt64`. Those of other numbers are not looked at. */
function areLongs({ traits }: NumberList): boolean {
  return (traits & (WORDS | FRACTION | BEYOND_INT64 | HUGE)) === 0
}

type Integers = Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array

function integers(least: number, most: number, make: (values: Float64Array) => Integers): ScannedElements {
  return (list, scanner) => {
    if (!areNumbers(list)) return undefined
    const values = scanner.float64(list)
    for (const value of values) {
      if (!(value >= least && value <= most && Math.trunc(value) === value)) return undefined
    }
    return make(values)
  }
}

const longs: ScannedElements = (list, scanner) => (areLongs(list) ? scanner.toInt64(list) : undefined)

const unsignedLongs: ScannedElements = (list, scanner) => {
  if (!areLongs(list) || scanner.float64(list).some((value) => value < 0)) return undefined
  return new BigUint64Array(scanner.toInt64(list).buffer)
}

const booleans: ScannedElements = (list, scanner) => {
  const values = scanner.float64(list)
  for (const value of values) if (value !== 0 && value !== 1) return undefined
  return new Uint8Array(values)
}

/** Where digits of one input would be lost, all inputs are read once more: -0 is 0 then, and no integer may be endless. */
export function areReadAlike(traits: number): boolean {
  return (traits & LARGE_INTEGER) === 0 || (traits & (NEGATIVE_ZERO | BEYOND_INT64)) === 0
}

export const SCANNED: Readonly<Record<ScannedDatatype, ScannedElements>> = {
  BOOL: booleans,
  UINT8: integers(0, 2 ** 8 - 1, (values) => new Uint8Array(values)),
  UINT16: integers(0, 2 ** 16 - 1, (values) => new Uint16Array(values)),
  UINT32: integers(0, 2 ** 32 - 1, (values) => new Uint32Array(values)),
  UINT64: unsignedLongs,
  INT8: integers(-(2 ** 7), 2 ** 7 - 1, (values) => new Int8Array(values)),
  INT16: integers(-(2 ** 15), 2 ** 15 - 1, (values) => new Int16Array(values)),
  INT32: integers(-(2 ** 31), 2 ** 31 - 1, (values) => new Int32Array(values)),
  INT64: longs,
  FP16: (list, scanner) => (areNumbers(list) ? numbersToFloat16(scanner.float64(list)) : undefined),
  FP32: (list, scanner) => (areNumbers(list) ? scanner.toFloat32(list) : undefined),
  FP64: (list, scanner) => (areNumbers(list) ? scanner.toFloat64(list) : undefined),
}
