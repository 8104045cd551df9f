import { messageOf, ServingError } from '../../core/errors.ts'
import { elementCount } from '../../core/tensor.ts'
import { tensorOfContents } from '../../protocols/open-inference/grpc/read-contents.ts'
import { WIRE, WireReader } from '../../protocols/open-inference/grpc/wire-reader.ts'
import { isWireDatatype } from '../../protocols/open-inference/wire-datatype.ts'
import { type NamedValues, WrongAnswer } from './named-values.ts'
import { elementsOfBytes } from './open-inference-answer.ts'

/** Fields of `ModelInferResponse`. */
const FIELDS = { outputs: 5, rawOutputContents: 6 } as const
/** Fields of its `InferOutputTensor`. */
const OUTPUT_FIELDS = { name: 1, datatype: 2, shape: 3, contents: 5 } as const

interface Output {
  name: string
  datatype: string
  readonly shape: number[]
  readonly contents: WireReader[]
}

/** The outputs of a `ModelInferResponse`. @throws WrongAnswer where it is none. */
export function outputsOfMessage(message: Uint8Array): readonly NamedValues[] {
  try {
    return readOutputs(new WireReader(Buffer.from(message.buffer, message.byteOffset, message.byteLength)))
  } catch (error) {
    throw error instanceof ServingError ? new WrongAnswer(messageOf(error)) : error
  }
}

function readOutputs(reader: WireReader): readonly NamedValues[] {
  const outputs: Output[] = []
  const raw: Uint8Array[] = []
  while (reader.next()) {
    if (reader.field === FIELDS.outputs) outputs.push(readOutput(reader.message()))
    else if (reader.field === FIELDS.rawOutputContents) raw.push(reader.octets())
    else reader.skip()
  }
  if (outputs.length === 0) throw new WrongAnswer('no outputs in the answer')
  return outputs.map((output, index) => ({
    name: output.name,
    rows: output.shape[0],
    values:
      raw.length > 0 ? elementsOfBytes(output, raw[index] ?? new Uint8Array()) : elementsOfContents(output),
  }))
}

function readOutput(reader: WireReader): Output {
  const output: Output = { name: '', datatype: '', shape: [], contents: [] }
  while (reader.next()) {
    if (reader.field === OUTPUT_FIELDS.name) output.name = reader.text()
    else if (reader.field === OUTPUT_FIELDS.datatype) output.datatype = reader.text()
    else if (reader.field === OUTPUT_FIELDS.shape) readShape(reader, output.shape)
    else if (reader.field === OUTPUT_FIELDS.contents) output.contents.push(reader.message())
    else reader.skip()
  }
  return output
}

/** Packed, or a field for each dimension. (Protocol Buffers, "Packed Repeated Fields") */
function readShape(reader: WireReader, shape: number[]): void {
  if (reader.wire === WIRE.varint) shape.push(reader.size())
  else for (const packed = reader.message(); packed.at < packed.end; ) shape.push(packed.size())
}

function elementsOfContents({ name, datatype, shape, contents }: Output): ArrayLike<unknown> {
  if (!isWireDatatype(datatype)) throw new WrongAnswer(`the output '${name}' has the datatype ${datatype}`)
  return tensorOfContents({ name, datatype, shape, count: elementCount(shape) }, contents).data
}
