import type { Tensor as OrtTensor } from 'onnxruntime-node'
import type { Datatype } from '../../core/tensor.ts'

/** onnxruntime's name of each datatype. Its `int4` and `uint4` have no counterpart and are refused at load. */
export const ORT_TYPES: Readonly<Record<Datatype, OrtTensor.Type>> = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
}

const DATATYPE_OF = new Map<string, Datatype>(
  Object.entries(ORT_TYPES).map(([datatype, type]) => [type, datatype as Datatype]),
)

export function datatypeOf(ortType: string): Datatype | undefined {
  return DATATYPE_OF.get(ortType)
}
