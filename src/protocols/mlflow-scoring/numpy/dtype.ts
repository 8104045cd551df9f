import type { PyValue } from '../python/python-value.ts'

/** How the elements of each NumPy dtype are held. */
export interface Storage {
  bool: Uint8Array
  int8: Int8Array
  int16: Int16Array
  int32: Int32Array
  int64: BigInt64Array
  uint8: Uint8Array
  uint16: Uint16Array
  uint32: Uint32Array
  uint64: BigUint64Array
  /** The bits of IEEE 754 binary16. */
  float16: Uint16Array
  float32: Float32Array
  float64: Float64Array
  /** Nanoseconds since the epoch; the least int64 is NaT. */
  'datetime64[ns]': BigInt64Array
  /** NumPy's `U`, of any length. */
  str: readonly string[]
  /** NumPy's `S`: ASCII only. */
  bytes: readonly string[]
  object: readonly PyValue[]
}

export type Dtype = keyof Storage

/** A dtype whose elements are numbers in a typed array, float16 (bits) included. */
export type NumericDtype = Exclude<Dtype, 'str' | 'bytes' | 'object' | 'datetime64[ns]'>

/** NumPy's `dtype.kind`. */
export type Kind = 'b' | 'i' | 'u' | 'f' | 'M' | 'U' | 'S' | 'O'

const KINDS: Readonly<Record<Dtype, Kind>> = {
  bool: 'b',
  int8: 'i',
  int16: 'i',
  int32: 'i',
  int64: 'i',
  uint8: 'u',
  uint16: 'u',
  uint32: 'u',
  uint64: 'u',
  float16: 'f',
  float32: 'f',
  float64: 'f',
  'datetime64[ns]': 'M',
  str: 'U',
  bytes: 'S',
  object: 'O',
}

const ITEM_SIZES: Readonly<Record<NumericDtype, number>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  float16: 2,
  float32: 4,
  float64: 8,
}

export function kindOf(dtype: Dtype): Kind {
  return KINDS[dtype]
}

/** Bytes of one element. */
export function itemSize(dtype: NumericDtype): number {
  return ITEM_SIZES[dtype]
}

export function isNumeric(dtype: Dtype): dtype is NumericDtype {
  return dtype in ITEM_SIZES
}

export function isDtype(name: string): name is Dtype {
  return Object.hasOwn(KINDS, name)
}

/** What elements are stored in: float16 as its bits, times as nanoseconds since the epoch. */
export const TYPED_ARRAYS = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  'datetime64[ns]': BigInt64Array,
} as const

/** Zeroed storage for `count` elements; an empty list to push to for text and objects. */
export function newStorage<D extends Dtype>(dtype: D, count: number): Storage[D] {
  if (dtype === 'str' || dtype === 'bytes' || dtype === 'object') return [] as unknown as Storage[D]
  const TypedArray = TYPED_ARRAYS[dtype as keyof typeof TYPED_ARRAYS]
  return new TypedArray(count) as unknown as Storage[D]
}

/**
 * The dtype that holds the elements of both: `numpy.result_type`. Numbers become text beside text, and
 * everything an object beside an object.
 */
export function promote(a: Dtype, b: Dtype): Dtype {
  if (a === b) return a
  if (a === 'object' || b === 'object') return 'object'
  if (!isNumeric(a) || !isNumeric(b)) return promoteToText(a, b)
  if (a === 'bool') return b
  if (b === 'bool') return a
  return promoteNumbers(a, b)
}

function promoteToText(a: Dtype, b: Dtype): Dtype {
  if (a === 'datetime64[ns]' || b === 'datetime64[ns]') return 'object'
  return a === 'str' || b === 'str' ? 'str' : 'bytes'
}

const SIGNED: Readonly<Record<number, NumericDtype>> = { 1: 'int8', 2: 'int16', 4: 'int32', 8: 'int64' }
const FLOATS: Readonly<Record<number, NumericDtype>> = { 2: 'float16', 4: 'float32', 8: 'float64' }

function promoteNumbers(a: NumericDtype, b: NumericDtype): NumericDtype {
  const [kindA, kindB] = [kindOf(a), kindOf(b)]
  const [sizeA, sizeB] = [itemSize(a), itemSize(b)]
  if (kindA === kindB) return sizeA >= sizeB ? a : b
  if (kindA === 'f') return promoteWithFloat(a, sizeB)
  if (kindB === 'f') return promoteWithFloat(b, sizeA)
  const unsigned = kindA === 'u' ? sizeA : sizeB
  const signed = kindA === 'u' ? sizeB : sizeA
  // A signed type must be wider than the unsigned one to hold it; beyond 64 bits NumPy goes over to float64.
  if (signed > unsigned) return SIGNED[signed] as NumericDtype
  return SIGNED[unsigned * 2] ?? 'float64'
}

/** A float holds an integer type exactly when it has twice its size; wider ones need float64. */
function promoteWithFloat(float: NumericDtype, integerSize: number): NumericDtype {
  const needed = Math.min(integerSize * 2, 8)
  return itemSize(float) >= needed ? float : (FLOATS[needed] as NumericDtype)
}
