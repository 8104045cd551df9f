import type { InferenceSession } from 'onnxruntime-node'
import { invalidModel } from '../../core/errors.ts'
import type { OutputMetadata, TensorMetadata } from '../../core/predictor.ts'
import { datatypeOf } from './datatypes.ts'

/** What a session tells of its model, in the words of the `Predictor` contract. */
export interface SessionMetadata {
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
  readonly batchable: boolean
  readonly maxBatchRows: number
}

/** @throws ServingError INVALID_PARAMETER_VALUE where an input or output is no tensor, or of a type without counterpart. */
export function readSessionMetadata(session: InferenceSession): SessionMetadata {
  const inputs = session.inputMetadata.map((value) => readTensorMetadata('Input', value))
  const outputs = session.outputMetadata.map((value) => readTensorMetadata('Output', value))
  const rows = inputs[0]?.shape[0]
  return {
    inputs,
    outputs,
    batchable: inputs.length > 0 && [...inputs, ...outputs].every(({ shape }) => shape[0] === -1),
    maxBatchRows: rows === undefined || rows === -1 ? Number.POSITIVE_INFINITY : rows,
  }
}

function readTensorMetadata(role: string, value: InferenceSession.ValueMetadata): TensorMetadata {
  if (!value.isTensor) {
    throw invalidModel(`${role} '${value.name}' of the model is a sequence, map or optional, not a tensor.`)
  }
  const datatype = datatypeOf(value.type)
  if (datatype === undefined) {
    throw invalidModel(`${role} '${value.name}' of the model has type ${value.type}, which cannot be served.`)
  }
  return { name: value.name, datatype, shape: value.shape.map((dim) => (typeof dim === 'number' ? dim : -1)) }
}
