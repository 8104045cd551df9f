import { elementCount } from '../../../core/tensor.ts'
import { describeShape } from '../../../signature/describe-schema.ts'
import { valueError } from '../python/python-error.ts'
import { asciiOfBytes } from '../python/python-object.ts'
import { pyStr } from '../python/python-text.ts'
import { isList, type PyValue } from '../python/python-value.ts'
import { arrayCell } from './array-cell.ts'
import { type Dtype, type NumericDtype, newStorage, promote } from './dtype.ts'
import { elementNumber } from './element.ts'
import { elementsOf } from './elements.ts'
import { numberToFloat16 } from './float16.ts'
import { type NdArray, ndArray } from './nd-array.ts'
import { parseNumpyDatetime } from './numpy-datetime.ts'

/** NumPy's greatest number of dimensions. */
const MAX_DIMENSIONS = 64

/**
 * `numpy.array(value, dtype)`, with NumPy's own dtype where none is given.
 * @throws PythonError for ragged lists and for elements that the dtype does not take.
 */
export function arrayOf(value: PyValue, dtype?: Dtype): NdArray {
  const { shape, ragged } = discoverShape(value)
  if (ragged && dtype !== 'object') throw inhomogeneous(shape)
  const elements = flatten(value, shape.length)
  return arrayOfElements(elements, shape, dtype ?? discoverDtype(elements))
}

/** An array of `shape` from Python objects in row-major order, each converted to `dtype`. */
export function arrayOfElements(
  elements: readonly PyValue[],
  shape: readonly number[],
  dtype: Dtype,
): NdArray {
  if (dtype === 'object') return ndArray('object', shape, elements)
  if (dtype === 'str') return ndArray('str', shape, elements.map(unicodeElement))
  if (dtype === 'bytes') return ndArray('bytes', shape, elements.map(bytesElement))
  if (dtype === 'datetime64[ns]') {
    return ndArray(dtype, shape, BigInt64Array.from(elements, parseNumpyDatetime))
  }
  return numericArray(elements, shape, dtype)
}

function numericArray(elements: readonly PyValue[], shape: readonly number[], dtype: NumericDtype): NdArray {
  const data = newStorage(dtype, elementCount(shape))
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = 0; i < elements.length; i++) {
      data[i] = elementNumber(elements[i] as PyValue, dtype) as bigint
    }
  } else {
    for (let i = 0; i < elements.length; i++) {
      const number = Number(elementNumber(elements[i] as PyValue, dtype))
      data[i] = dtype === 'float16' ? numberToFloat16(number) : number
    }
  }
  return ndArray(dtype, shape, data)
}

/** NumPy's fixed-width text is padded with NUL, so that a text cannot end in one. */
function unicodeElement(value: PyValue): string {
  const text = asciiOfBytes(value) ?? pyStr(value)
  return text.endsWith('\0') ? text.replace(/\0+$/, '') : text
}

function bytesElement(value: PyValue): string {
  const text = pyStr(value)
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) {
      throw valueError(`'ascii' codec can't encode character in position ${i}: ordinal not in range(128)`)
    }
  }
  return text
}

interface DiscoveredShape {
  /** The dimensions that all elements share. */
  readonly shape: readonly number[]
  /** Some lists below these dimensions differ in length, or stand beside what is no list. */
  readonly ragged: boolean
}

function discoverShape(value: PyValue): DiscoveredShape {
  const shape: number[] = []
  let level: readonly PyValue[] = [value]
  while (level.length > 0 && isList(level[0])) {
    const length = level[0].length
    for (const item of level) if (!isList(item) || item.length !== length) return { shape, ragged: true }
    if (shape.length === MAX_DIMENSIONS) throw tooManyDimensions()
    shape.push(length)
    level = concat(level as readonly (readonly PyValue[])[])
  }
  return { shape, ragged: level.some((item) => isList(item)) }
}

function flatten(value: PyValue, depth: number): readonly PyValue[] {
  if (depth === 0) return [value]
  let level = value as readonly PyValue[]
  for (let i = 1; i < depth; i++) level = concat(level as readonly (readonly PyValue[])[])
  return level
}

function concat(lists: readonly (readonly PyValue[])[]): PyValue[] {
  const all: PyValue[] = []
  for (const list of lists) for (const item of list) all.push(item)
  return all
}

function inhomogeneous(shape: readonly number[]): Error {
  return valueError(
    'setting an array element with a sequence. The requested array has an inhomogeneous shape after ' +
      `${shape.length} dimensions. The detected shape was ${describeShape(shape)} + inhomogeneous part.`,
  )
}

function tooManyDimensions(): Error {
  return valueError(
    'setting an array element with a sequence. The requested array would exceed the maximum number of ' +
      `dimension of ${MAX_DIMENSIONS}.`,
  )
}

/** The dtype that NumPy finds for Python objects; float64 where there are none. */
function discoverDtype(elements: readonly PyValue[]): Dtype {
  let found: Dtype | undefined
  for (const element of elements) {
    const dtype = dtypeOfElement(element)
    if (dtype === found) continue
    found = found === undefined ? dtype : promote(found, dtype)
    if (found === 'object') return found
  }
  return found ?? 'float64'
}

function dtypeOfElement(value: PyValue): Dtype {
  switch (typeof value) {
    case 'number':
      return 'float64'
    case 'bigint':
      return dtypeOfInteger(value)
    case 'boolean':
      return 'bool'
    case 'string':
      return 'str'
    default:
      return 'object'
  }
}

function dtypeOfInteger(value: bigint): Dtype {
  if (BigInt.asIntN(64, value) === value) return 'int64'
  return BigInt.asUintN(64, value) === value ? 'uint64' : 'object'
}

/** `numpy.array` of a list of arrays: stacked along a new first dimension, their dtypes promoted. */
export function stackArrays(arrays: readonly NdArray[]): NdArray {
  const [first] = arrays
  if (first === undefined) return ndArray('float64', [0], new Float64Array(0))
  return stackOf(first, arrays)
}

function stackOf(first: NdArray, arrays: readonly NdArray[]): NdArray {
  let dtype: Dtype = first.dtype
  for (const array of arrays) {
    if (describeShape(array.shape) !== describeShape(first.shape)) throw inhomogeneous([arrays.length])
    dtype = promote(dtype, array.dtype)
  }
  const shape = [arrays.length, ...first.shape]
  const elements = arrays.flatMap(elementsOf)
  if (dtype === 'object' && first.shape.length === 0) return ndArray(dtype, shape, elements.map(arrayCell))
  return arrayOfElements(elements, shape, dtype)
}
