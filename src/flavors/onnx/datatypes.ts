import type { Tensor as OrtTensor } from 'onnxruntime-node'
import type { Datatype } from '../../core/tensor.ts'

/** Names of `TensorProto.DataType` (onnx 1.23), by its numbers. */
const ELEMENT_TYPES: readonly string[] = [
  ...['undefined', 'float', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'string', 'bool'],
  ...['float16', 'double', 'uint32', 'uint64', 'complex64', 'complex128', 'bfloat16'],
  ...['float8e4m3fn', 'float8e4m3fnuz', 'float8e5m2', 'float8e5m2fnuz', 'uint4', 'int4'],
  ...['float4e2m1', 'float8e8m0', 'uint2', 'int2'],
]

/** What each datatype is called by the ONNX format and by onnxruntime's JavaScript. */
const NAMES: Readonly<Record<Datatype, readonly [onnx: string, onnxruntime: OrtTensor.Type]>> = {
  BOOL: ['bool', 'bool'],
  UINT8: ['uint8', 'uint8'],
  UINT16: ['uint16', 'uint16'],
  UINT32: ['uint32', 'uint32'],
  UINT64: ['uint64', 'uint64'],
  INT8: ['int8', 'int8'],
  INT16: ['int16', 'int16'],
  INT32: ['int32', 'int32'],
  INT64: ['int64', 'int64'],
  FP16: ['float16', 'float16'],
  FP32: ['float', 'float32'],
  FP64: ['double', 'float64'],
  BYTES: ['string', 'string'],
}

const DATATYPES = new Map<string, Datatype>()
for (const [datatype, [onnx]] of Object.entries(NAMES)) DATATYPES.set(onnx, datatype as Datatype)

export function elementTypeName(elementType: number): string {
  return ELEMENT_TYPES[elementType] ?? `type ${elementType}`
}

/** Undefined for types that JavaScript has no arrays for: bfloat16, float8, complex, integers under 8 bits. */
export function datatypeOf(elementType: number): Datatype | undefined {
  return DATATYPES.get(elementTypeName(elementType))
}

export function ortType(datatype: Datatype): OrtTensor.Type {
  return NAMES[datatype][1]
}
