import { badRequest } from '../../../core/errors.ts'
import type { TensorMetadata } from '../../../core/predictor.ts'
import { elementCount, type Tensor } from '../../../core/tensor.ts'
import { binaryTensor, elementBytes } from '../binary-tensor.ts'
import type { GivenRequest } from '../given-request.ts'
import { quoted } from '../quoted.ts'
import { shapeText } from '../tensor-shape.ts'

export interface RawInit {
  /** Of the model, for errors. */
  readonly name: string
  readonly inputs: readonly TensorMetadata[]
  readonly batchable: boolean
}

const NO_PARAMETERS: GivenRequest['parameters'] = new Map()

/**
 * A request that is the bytes of a model's only input and nothing else (Triton's raw binary request): one row of a model
 * with rows, and at most one more dimension that follows from the length of the body. A BYTES input is one text, without
 * its length. All outputs come as binary data.
 * @throws ServingError BAD_REQUEST
 */
export function readRawBody(body: Uint8Array, init: RawInit): GivenRequest {
  const [input, ...more] = init.inputs
  if (input === undefined || more.length > 0) {
    throw badRequest(
      `A raw request is for a model with one input; model ${quoted(init.name)} has ${init.inputs.length}.`,
    )
  }
  if (input.unranked === true) throw cannotDeduce(input)
  const { name, datatype } = input
  const shape = init.batchable ? [1, ...input.shape.slice(1)] : input.shape
  const tensor = datatype === 'BYTES' ? rawText(body, input, shape) : rawTensor(body, input, shape)
  const given = [{ name, datatype, tensor }]
  return { id: undefined, parameters: NO_PARAMETERS, inputs: given, outputs: [], binaryOutputs: true }
}

function rawTensor(bytes: Uint8Array, input: TensorMetadata, shape: readonly number[]): Tensor {
  const { name, datatype } = input
  if (datatype === 'BYTES') throw cannotDeduce(input)
  const open = shape.filter((dim) => dim === -1).length
  if (open > 1) throw cannotDeduce(input)
  const size = elementCount(shape.filter((dim) => dim !== -1)) * elementBytes(datatype)
  if (open === 1 && (size === 0 || bytes.length % size !== 0)) {
    throw badRequest(
      `The raw request has ${bytes.length} bytes; input ${quoted(name)} of shape ${shapeText(shape)} takes a multiple of ` +
        `${size}.`,
      { input: name },
    )
  }
  const deduced = shape.map((dim) => (dim === -1 ? bytes.length / size : dim))
  return binaryTensor({ name, datatype, shape: deduced, bytes })
}

function rawText(body: Uint8Array, input: TensorMetadata, shape: readonly number[]): Tensor {
  if (!shape.every((dim) => dim === 1)) throw cannotDeduce(input)
  const bytes = Buffer.allocUnsafe(body.length + 4)
  bytes.writeUInt32LE(body.length)
  bytes.set(body, 4)
  return binaryTensor({ name: input.name, datatype: 'BYTES', shape, bytes })
}

function cannotDeduce({ name, datatype, shape }: TensorMetadata): Error {
  return badRequest(
    `A raw request does not say the shape of input ${quoted(name)}, ${datatype} of ${shapeText(shape)}: at most one ` +
      'dimension within a row may be open, and of BYTES none may be other than 1.',
    { input: name },
  )
}
