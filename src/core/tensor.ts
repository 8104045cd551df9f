/**
 * Tensor datatypes by their Open Inference Protocol V2 names ("Tensor Data Types" of the specification).
 * BF16 is absent: no engine under Headrace accepts it.
 */
export const DATATYPES = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const

export type Datatype = (typeof DATATYPES)[number]

/** How the elements of each datatype are held. */
export interface DataOf {
  /** One byte an element, 0 or 1. */
  BOOL: Uint8Array
  UINT8: Uint8Array
  UINT16: Uint16Array
  UINT32: Uint32Array
  UINT64: BigUint64Array
  INT8: Int8Array
  INT16: Int16Array
  INT32: Int32Array
  INT64: BigInt64Array
  /** The bits of IEEE 754 binary16: a number type for it is not in every Node version served. */
  FP16: Uint16Array
  FP32: Float32Array
  FP64: Float64Array
  /** Text: the engines take strings, not octets. */
  BYTES: readonly string[]
}

/** A dense tensor in row-major order. `data.length` is the product of `shape` (1 for a scalar, shape []). */
export type Tensor = {
  [D in Datatype]: {
    readonly datatype: D
    readonly shape: readonly number[]
    readonly data: DataOf[D]
  }
}[Datatype]

export type TensorData = Tensor['data']

/** Tensors by name, in the order of the model's own inputs or outputs. A Map, since names are foreign data. */
export type TensorMap = ReadonlyMap<string, Tensor>

/** The number of elements that a shape holds; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  let count = 1
  for (const dim of shape) count *= dim
  return count
}

const ARRAYS = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
} as const

/** Zeroed storage for `count` elements; empty texts for BYTES. */
export function allocate<D extends Datatype>(datatype: D, count: number): DataOf[D] {
  if (datatype === 'BYTES') return new Array<string>(count).fill('') as unknown as DataOf[D]
  const TypedArray = ARRAYS[datatype as Exclude<Datatype, 'BYTES'>]
  return new TypedArray(count) as DataOf[D]
}
