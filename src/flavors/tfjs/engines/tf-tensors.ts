import { evaluationFailed, invalidModel } from '../../../core/errors.ts'
import { allocate, type Datatype, type Tensor } from '../../../core/tensor.ts'
import type { Tensorflow, TfTensor } from './tensorflow.ts'

type TfType = TfTensor['dtype']
type TfDatatype = 'FP32' | 'INT32' | 'BOOL' | 'BYTES'

const DATATYPES: Readonly<Partial<Record<string, TfDatatype>>> = {
  float32: 'FP32',
  int32: 'INT32',
  bool: 'BOOL',
  string: 'BYTES',
}

const TF_TYPES: Readonly<Record<TfDatatype, TfType>> = {
  FP32: 'float32',
  INT32: 'int32',
  BOOL: 'bool',
  BYTES: 'string',
}

/** @throws ServingError INVALID_PARAMETER_VALUE for complex64, which no datatype stands for. */
export function datatypeOfTf(type: string): TfDatatype {
  const datatype = DATATYPES[type]
  if (datatype === undefined) throw invalidModel(`The model has a tensor of ${type}, which cannot be served.`)
  return datatype
}

/** The data is shared with the tensor where the backend works in JavaScript's memory. */
export function toTf(tf: Tensorflow, { datatype, shape, data }: Tensor): TfTensor {
  const type = TF_TYPES[datatype as TfDatatype]
  // TF.js types its argument as nested arrays, which it takes as well.
  return tf.tensor(data as Float32Array, [...shape], type)
}

/**
 * Reads a tensor. Where it has another type than was declared (a layer states float32 for whatever it gives), numbers are
 * converted.
 * @param owned whether the backend gives memory that is nobody else's.
 */
export function fromTf(result: TfTensor, declared: Datatype, owned: boolean): Tensor {
  const datatype = datatypeOfTf(result.dtype)
  const shape = [...result.shape]
  const data = result.dataSync() as ArrayLike<number> | readonly string[]
  if (datatype !== declared) return { datatype: declared, shape, data: converted(data, declared) } as Tensor
  const kept = owned || datatype === 'BYTES' ? data : (data as Float32Array).slice()
  return { datatype, shape, data: kept } as Tensor
}

function converted(data: ArrayLike<number> | readonly string[], declared: Datatype): Tensor['data'] {
  const numbers = allocate(declared, data.length)
  if (declared === 'BYTES' || typeof data[0] === 'string') {
    throw evaluationFailed(`The model gave another type than ${declared}, which it declares.`)
  }
  ;(numbers as Float32Array).set(data as ArrayLike<number>)
  return numbers
}
