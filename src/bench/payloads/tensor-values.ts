import { invalidParameter } from '../../core/errors.ts'
import { allocate, type Datatype, elementCount, type Tensor } from '../../core/tensor.ts'
import { numbersToFloat16 } from '../../protocols/mlflow-scoring/numpy/float16.ts'
import type { NumpyDtype, TensorSpec } from '../../signature/model-signature.ts'
import { shapeOf } from './example-schema.ts'
import type { Random } from './random.ts'
import { booleans, datetimes, numbers, texts, type ValueMaker, wholeNumbers } from './scalar-values.ts'

/** An input that a model takes; -1 is a dimension of any size. */
export interface InputTensor {
  /** Empty where it has none. */
  readonly name: string
  readonly shape: readonly number[]
  readonly elements: ElementKind
}

/** `datatype` is the name of the Open Inference Protocol. */
export interface ElementKind {
  readonly datatype: Datatype
  /** Texts that are times. */
  readonly isTime?: true
}

/** An input with JSON values, in row-major order. */
export interface GeneratedTensor {
  readonly name: string
  readonly datatype: Datatype
  readonly shape: readonly number[]
  readonly values: readonly unknown[]
}

const DATATYPE_OF: Readonly<Record<NumpyDtype, Datatype>> = {
  ...{ bool: 'BOOL', uint8: 'UINT8', uint16: 'UINT16', uint32: 'UINT32', uint64: 'UINT64' },
  ...{ int8: 'INT8', int16: 'INT16', int32: 'INT32', int64: 'INT64' },
  ...{ float16: 'FP16', float32: 'FP32', float64: 'FP64', str: 'BYTES', object: 'BYTES', bytes: 'BYTES' },
}

/** @throws ServingError INVALID_PARAMETER_VALUE for a dtype that has no JSON form */
export function inputTensor({ name, dtype, shape }: TensorSpec): InputTensor {
  if (dtype.startsWith('datetime64'))
    return { name: name ?? '', shape, elements: { datatype: 'BYTES', isTime: true } }
  const datatype = DATATYPE_OF[dtype]
  if (datatype !== undefined) return { name: name ?? '', shape, elements: { datatype } }
  throw invalidParameter(
    `No bodies can be made for a tensor of dtype ${dtype}: give them with --payload FILE`,
  )
}

/** How large dimensions of any size are made. */
export interface OpenSizes {
  /** Of the first one of a tensor. */
  readonly rows: number
  /** Of all others, where no example tells. */
  readonly others: number
}

/**
 * Makes a tensor.
 * @param example as it is nested, for its size and the range of its values
 */
export function tensorValues(
  { name, shape, elements }: InputTensor,
  sizes: OpenSizes,
  example?: unknown,
): (random: Random) => GeneratedTensor {
  const exampleShape = shapeOf(example)
  const settled = shape.map((size, axis) => {
    if (size !== -1) return size
    return axis === 0 ? sizes.rows : (exampleShape[axis] ?? sizes.others)
  })
  const count = elementCount(settled)
  const value = elementValues(elements, [example].flat(Number.POSITIVE_INFINITY))
  const { datatype } = elements
  return (random) => ({
    name,
    datatype,
    shape: settled,
    values: Array.from({ length: count }, () => value(random)),
  })
}

function elementValues({ datatype, isTime }: ElementKind, examples: readonly unknown[]): ValueMaker {
  if (isTime === true) return datetimes(examples)
  if (datatype === 'BOOL') return booleans
  if (datatype === 'BYTES') return texts(examples)
  return datatype.startsWith('FP') ? numbers(examples) : wholeNumbers(examples)
}

/** As deep as its shape; the element alone where it has no dimensions. */
export function nested({ values, shape }: Pick<GeneratedTensor, 'values' | 'shape'>): unknown {
  const [count, ...inner] = shape
  if (count === undefined) return values[0]
  if (inner.length === 0) return values
  const size = elementCount(inner)
  return Array.from({ length: count }, (_, row) =>
    nested({ values: values.slice(row * size, (row + 1) * size), shape: inner }),
  )
}

/** As the binary forms carry it. */
export function tensorOf({ datatype, shape, values }: GeneratedTensor): Tensor {
  const data =
    datatype === 'BYTES'
      ? values.map(String)
      : datatype === 'FP16'
        ? numbersToFloat16(Float64Array.from(values, Number))
        : filled(datatype, values)
  return { datatype, shape, data } as Tensor
}

function filled(datatype: Exclude<Datatype, 'BYTES' | 'FP16'>, values: readonly unknown[]): Tensor['data'] {
  const data = allocate(datatype, values.length)
  for (const [index, value] of values.entries()) {
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[index] = BigInt(Number(value))
    else data[index] = Number(value)
  }
  return data
}
