import type { Tensor as OrtTensor } from 'onnxruntime-node'
import { evaluationFailed, internalError } from '../../core/errors.ts'
import type { Datatype, Tensor } from '../../core/tensor.ts'
import { ortType } from './datatypes.ts'

/**
 * A tensor as onnxruntime's binding reads one: these four fields. Its own class would do as well but for FP16,
 * whose bits it turns into a `Float16Array` where Node has one, which the binding then cannot read (1.30).
 */
export function toOrtTensor(tensor: Tensor): OrtTensor {
  if (tensor.datatype === 'BYTES') refuseNul(tensor.data)
  return {
    type: ortType(tensor.datatype),
    data: tensor.data,
    dims: tensor.shape,
    location: 'cpu',
  } as unknown as OrtTensor
}

/** The binding would cut the text there, and the model predict for another one (1.30). */
function refuseNul(texts: readonly string[]): void {
  for (const text of texts) if (text.includes('\0')) throw evaluationFailed('A text holds a NUL character.')
}

/** Takes over the engine's array without a copy. */
export function fromOrtTensor(result: OrtTensor, datatype: Datatype): Tensor {
  if (result.type !== ortType(datatype)) {
    throw internalError(`The engine answered ${result.type} where ${datatype} was declared.`)
  }
  const data = datatype === 'FP16' ? bitsOf(result.data) : result.data
  return { datatype, shape: result.dims, data } as Tensor
}

/** onnxruntime gives FP16 as `Float16Array` or `Uint16Array`, by what Node has. */
function bitsOf(data: unknown): Uint16Array {
  if (data instanceof Uint16Array) return data
  if (!ArrayBuffer.isView(data)) throw internalError('The engine answered FP16 in no typed array.')
  return new Uint16Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength / 2)
}
