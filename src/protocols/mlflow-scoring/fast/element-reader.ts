import type { Datatype, TensorData } from '../../../core/tensor.ts'
import { type NumberList, NumberTraits } from '../../json-numbers/number-list.ts'
import type { Dtype } from '../numpy/dtype.ts'
import { numbersToFloat16 } from '../numpy/float16.ts'
import type { NumberSource } from './number-source.ts'

const { FRACTION, INTEGER, NULL, NEGATIVE_ZERO, LARGE_INTEGER, BEYOND_INT64, HUGE } = NumberTraits

/** The elements of a list as those of a tensor; undefined where the general path must look at them. */
export type ElementReader = (list: NumberList, numbers: NumberSource) => TensorData | undefined

/** Casts of these by way of an integer may round twice, or fail. */
const UNCERTAIN_FLOATS = LARGE_INTEGER | BEYOND_INT64 | HUGE
const UNCERTAIN_LONGS = NULL | FRACTION | BEYOND_INT64 | HUGE
const ZEROS = NEGATIVE_ZERO | INTEGER

/** -0 is 0 where it was an integer. */
export function areCertainFloats(traits: number): boolean {
  return (traits & UNCERTAIN_FLOATS) === 0 && (traits & ZEROS) !== ZEROS
}

export function areCertainLongs(traits: number): boolean {
  return (traits & UNCERTAIN_LONGS) === 0
}

const floats32: ElementReader = (list, numbers) =>
  areCertainFloats(list.traits) ? numbers.toFloat32(list) : undefined

const floats64: ElementReader = (list, numbers) =>
  areCertainFloats(list.traits) ? numbers.toFloat64(list) : undefined

const halves: ElementReader = (list, numbers) =>
  areCertainFloats(list.traits) ? numbersToFloat16(numbers.float64(list)) : undefined

const longs: ElementReader = (list, numbers) =>
  areCertainLongs(list.traits) ? numbers.toInt64(list) : undefined

const unsignedLongs: ElementReader = (list, numbers) => {
  if (!areCertainLongs(list.traits) || numbers.float64(list).some((value) => value < 0)) return undefined
  return new BigUint64Array(numbers.toInt64(list).buffer)
}

const booleans: ElementReader = (list, numbers) =>
  (list.traits & NULL) === 0 ? truths(numbers.float64(list)) : undefined

/** 0 is false, whatever else is true. */
export function truths(values: Float64Array): Uint8Array {
  const data = new Uint8Array(values.length)
  for (let i = 0; i < values.length; i++) data[i] = values[i] === 0 ? 0 : 1
  return data
}

/** Integers that are floats in the end, where -0 has become 0. */
const longsAsFloats: ElementReader = (list, numbers) =>
  areCertainLongs(list.traits) && (list.traits & NEGATIVE_ZERO) === 0 ? numbers.toFloat32(list) : undefined

type Integers = Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array

/** What has a fraction loses it, as by Python's `int`; NaN is in no range. */
function integers(least: number, most: number, make: (values: Float64Array) => Integers): ElementReader {
  return (list, numbers) => {
    const values = numbers.float64(list)
    for (const value of values) if (!(value > least - 1 && value < most + 1)) return undefined
    return make(values)
  }
}

/** Whole numbers alone. */
const wholeIntegers: ElementReader = (list, numbers) => {
  const values = numbers.float64(list)
  for (const value of values) if ((value | 0) !== value) return undefined
  return new Int32Array(values)
}

/** Of the dtype that the signature wants for each datatype that the model then takes as it is. */
const SAME: Readonly<Partial<Record<Dtype, readonly [Datatype, ElementReader]>>> = {
  bool: ['BOOL', booleans],
  int8: ['INT8', integers(-(2 ** 7), 2 ** 7 - 1, (values) => new Int8Array(values))],
  int16: ['INT16', integers(-(2 ** 15), 2 ** 15 - 1, (values) => new Int16Array(values))],
  int32: ['INT32', integers(-(2 ** 31), 2 ** 31 - 1, (values) => new Int32Array(values))],
  int64: ['INT64', longs],
  uint8: ['UINT8', integers(0, 2 ** 8 - 1, (values) => new Uint8Array(values))],
  uint16: ['UINT16', integers(0, 2 ** 16 - 1, (values) => new Uint16Array(values))],
  uint32: ['UINT32', integers(0, 2 ** 32 - 1, (values) => new Uint32Array(values))],
  uint64: ['UINT64', unsignedLongs],
  float16: ['FP16', halves],
  float32: ['FP32', floats32],
  float64: ['FP64', floats64],
}

/**
 * Of lists that become arrays of `dtype`, which a model's input of `datatype` is fed with.
 * @param castsNumbers as `feedTensors` has it.
 * @returns undefined where the general path must look at every list.
 */
export function elementReader(
  dtype: Dtype,
  datatype: Datatype,
  castsNumbers: boolean,
): ElementReader | undefined {
  const [same, reader] = SAME[dtype] ?? []
  if (same === datatype) return reader
  if (datatype === 'FP32' && dtype === 'float64') return floats32
  return castsNumbers ? castingReader(dtype, datatype) : undefined
}

function castingReader(dtype: Dtype, datatype: Datatype): ElementReader | undefined {
  if (datatype === 'FP32' && dtype === 'int64') return longsAsFloats
  return datatype === 'INT32' && (dtype === 'float64' || dtype === 'int64') ? wholeIntegers : undefined
}

/** Of lists that become arrays of the dtype that NumPy finds for them. */
export function discoveringReader(datatype: Datatype, castsNumbers: boolean): ElementReader {
  const ofFloats = elementReader('float64', datatype, castsNumbers)
  const ofLongs = elementReader('int64', datatype, castsNumbers)
  const ofBooleans = elementReader('bool', datatype, castsNumbers)
  return (list, numbers) => {
    const { traits } = list
    if ((traits & (NULL | BEYOND_INT64 | HUGE)) !== 0) return undefined
    if ((traits & FRACTION) !== 0) return ofFloats?.(list, numbers)
    return (traits & INTEGER) === 0 ? ofBooleans?.(list, numbers) : ofLongs?.(list, numbers)
  }
}
