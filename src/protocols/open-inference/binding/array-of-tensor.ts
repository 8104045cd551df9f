import type { Datatype, Tensor } from '../../../core/tensor.ts'
import type { Dtype } from '../../mlflow-scoring/numpy/dtype.ts'
import { type NdArray, ndArray } from '../../mlflow-scoring/numpy/nd-array.ts'

const DTYPES: Readonly<Record<Exclude<Datatype, 'BYTES'>, Dtype>> = {
  ...{ BOOL: 'bool', UINT8: 'uint8', UINT16: 'uint16', UINT32: 'uint32', UINT64: 'uint64' },
  ...{ INT8: 'int8', INT16: 'int16', INT32: 'int32', INT64: 'int64' },
  ...{ FP16: 'float16', FP32: 'float32', FP64: 'float64' },
}

/** The same tensor as NumPy's. @param wanted the dtype of a signature, which has three for text. */
export function arrayOfTensor(tensor: Tensor, wanted?: string): NdArray {
  if (tensor.datatype !== 'BYTES') {
    return ndArray<Dtype>(DTYPES[tensor.datatype], tensor.shape, tensor.data as never)
  }
  const dtype = wanted === 'object' || wanted === 'bytes' ? wanted : 'str'
  return ndArray<Dtype>(dtype, tensor.shape, tensor.data)
}
