import type { OutputMetadata, TensorMetadata } from '../../core/predictor.ts'
import type { Datatype } from '../../core/tensor.ts'

/** TensorFlow's names (`types.proto`). */
const DTYPES: Readonly<Record<Datatype, string>> = {
  BOOL: 'DT_BOOL',
  UINT8: 'DT_UINT8',
  UINT16: 'DT_UINT16',
  UINT32: 'DT_UINT32',
  UINT64: 'DT_UINT64',
  INT8: 'DT_INT8',
  INT16: 'DT_INT16',
  INT32: 'DT_INT32',
  INT64: 'DT_INT64',
  FP16: 'DT_HALF',
  FP32: 'DT_FLOAT',
  FP64: 'DT_DOUBLE',
  BYTES: 'DT_STRING',
}

export interface SignedModel {
  readonly name: string
  readonly version: string
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
}

/** TensorFlow Serving's `GetModelMetadataResponse`, as its REST API gives it: the model has the one signature. */
export function describeSignature({ name, version, inputs, outputs }: SignedModel): object {
  const signature = {
    inputs: tensorInfos(inputs),
    outputs: tensorInfos(outputs),
    method_name: 'tensorflow/serving/predict',
  }
  return {
    model_spec: { name, signature_name: '', version },
    metadata: { signature_def: { signature_def: { serving_default: signature } } },
  }
}

function tensorInfos(tensors: readonly TensorMetadata[]): object {
  return Object.fromEntries(
    tensors.map(({ name, datatype, shape, unranked = false }) => {
      const dim = shape.map((size) => ({ size: String(size), name: '' }))
      return [name, { dtype: DTYPES[datatype], tensor_shape: { dim, unknown_rank: unranked }, name }]
    }),
  )
}
