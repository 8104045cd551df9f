import { ServingError } from '../../../../src/core/errors.ts'
import type { TensorData } from '../../../../src/core/tensor.ts'
import type { GivenRequest } from '../../../../src/protocols/open-inference/given-request.ts'

/** What reading a request gives, in a form that shows every bit of it; undefined where it declines. */
export function givenOutcome(read: () => GivenRequest | undefined): unknown {
  try {
    const given = read()
    if (given === undefined) return undefined
    const inputs = given.inputs.map(({ name, datatype, tensor }) => {
      return { name, datatype, shape: tensor.shape, of: tensor.datatype, data: bitsOf(tensor.data) }
    })
    return { ...given, parameters: [...given.parameters], inputs }
  } catch (error) {
    if (error instanceof ServingError) return error.message
    throw error
  }
}

function bitsOf(data: TensorData): string {
  if (Array.isArray(data)) return JSON.stringify(data)
  const { buffer, byteOffset, byteLength } = data as Float64Array
  return data.constructor.name + Buffer.from(buffer, byteOffset, byteLength).toString('hex')
}
