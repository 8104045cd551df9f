import type { TensorMetadata } from '../core/predictor.ts'
import type { Datatype } from '../core/tensor.ts'
import type { ModelSignature, NumpyDtype, Schema } from './model-signature.ts'

/** Names of NumPy's types, as MLflow 3.17.2 infers them from arrays (`mlflow/types/utils.py`). */
const DTYPES: Readonly<Record<Datatype, NumpyDtype>> = {
  ...{ BOOL: 'bool', UINT8: 'uint8', UINT16: 'uint16', UINT32: 'uint32', UINT64: 'uint64' },
  ...{ INT8: 'int8', INT16: 'int16', INT32: 'int32', INT64: 'int64' },
  ...{ FP16: 'float16', FP32: 'float32', FP64: 'float64', BYTES: 'str' },
}

/** A model's inputs and outputs, as a Predictor states them. */
export interface ModelPorts {
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly TensorMetadata[]
}

/**
 * The signature that a model's own inputs and outputs make. A single input has no name, so that it may be sent as a
 * plain array. What has any number of dimensions is left out: MLflow cannot say it.
 */
export function tensorSignature({ inputs, outputs }: ModelPorts): ModelSignature | undefined {
  const schemas = { inputs: schemaOf(inputs, inputs.length > 1), outputs: schemaOf(outputs, true) }
  if (schemas.inputs === undefined && schemas.outputs === undefined) return undefined
  return { ...schemas, params: undefined, fromTypeHint: false }
}

function schemaOf(tensors: readonly TensorMetadata[], named: boolean): Schema | undefined {
  if (tensors.length === 0 || tensors.some(({ unranked }) => unranked === true)) return undefined
  return {
    kind: 'tensors',
    tensors: tensors.map(({ name, datatype, shape }) => ({
      name: named ? name : undefined,
      dtype: DTYPES[datatype],
      shape,
    })),
  }
}
