import { messageOf } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import { elementCount } from '../../core/tensor.ts'
import { float16ToNumber } from '../../protocols/mlflow-scoring/numpy/float16.ts'
import { binaryTensor } from '../../protocols/open-inference/binary-tensor.ts'
import { isWireDatatype } from '../../protocols/open-inference/wire-datatype.ts'
import { type NamedValues, WrongAnswer } from './named-values.ts'

/** An output before its values are read. */
interface OutputHead {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
}

/** The outputs of an inference response. (Open Inference Protocol, "Inference Response JSON Object") */
export function outputsOfJson(response: unknown): readonly NamedValues[] {
  return outputEntries(response).map((output) => jsonValues(headOf(output), output['data']))
}

/** The same with tensors as bytes behind the JSON. (Binary Tensor Data Extension) */
export function outputsOfBinary(body: Uint8Array): readonly NamedValues[] {
  const end = endOfObject(body)
  const bytes = body.subarray(end)
  let at = 0
  return outputEntries(parsed(body.subarray(0, end))).map((output) => {
    const head = headOf(output)
    const size = isRecord(output['parameters']) ? output['parameters']['binary_data_size'] : undefined
    if (typeof size !== 'number') return jsonValues(head, output['data'])
    at += size
    return {
      name: head.name,
      rows: head.shape[0],
      values: elementsOfBytes(head, bytes.subarray(at - size, at)),
    }
  })
}

/** The elements of a tensor's bytes. @throws WrongAnswer where they are not so many of its datatype. */
export function elementsOfBytes(
  { name, datatype, shape }: OutputHead,
  bytes: Uint8Array,
): ArrayLike<unknown> {
  if (!isWireDatatype(datatype)) throw new WrongAnswer(`the output '${name}' has the datatype ${datatype}`)
  try {
    const tensor = binaryTensor({ name, datatype, shape, bytes })
    return tensor.datatype === 'FP16' ? Float32Array.from(tensor.data, float16ToNumber) : tensor.data
  } catch (error) {
    throw new WrongAnswer(messageOf(error).replace(/^Input/, 'Output'))
  }
}

function outputEntries(response: unknown): readonly Readonly<Record<string, unknown>>[] {
  const outputs = isRecord(response) ? response['outputs'] : undefined
  if (Array.isArray(outputs) && outputs.every(isRecord)) return outputs
  throw new WrongAnswer("no 'outputs' in the answer")
}

function headOf({ name, datatype, shape }: Readonly<Record<string, unknown>>): OutputHead {
  if (typeof name === 'string' && typeof datatype === 'string' && isShape(shape))
    return { name, datatype, shape }
  throw new WrongAnswer("an output has not all of 'name', 'datatype' and 'shape'")
}

function isShape(shape: unknown): shape is readonly number[] {
  return Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0)
}

/** The data may be nested as the shape is, or flat. */
function jsonValues({ name, shape }: OutputHead, data: unknown): NamedValues {
  const elements: unknown = Array.isArray(data) ? data.flat(Number.POSITIVE_INFINITY) : undefined
  const count = elementCount(shape)
  if (Array.isArray(elements) && elements.length === count) return { name, rows: shape[0], values: elements }
  throw new WrongAnswer(`the output '${name}' of shape [${shape}] has not ${count} elements`)
}

function parsed(json: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(json).toString('utf8'))
  } catch (error) {
    throw new WrongAnswer(`no JSON: ${messageOf(error)}`)
  }
}

const [QUOTE, BACKSLASH, OPEN, CLOSE] = [0x22, 0x5c, 0x7b, 0x7d]

/** Where the object ends that the body begins with: the header that tells it does not come this far. */
function endOfObject(body: Uint8Array): number {
  let depth = 0
  let inText = false
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]
    if (inText) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) inText = false
    } else if (byte === QUOTE) inText = true
    else if (byte === OPEN) depth++
    else if (byte === CLOSE && --depth === 0) return at + 1
  }
  return body.length
}
