import { binaryData } from '../binary-tensor.ts'
import type { NamedOutput } from '../open-inference-codec.ts'
import { contentsOf } from './typed-contents.ts'
import { fieldSize, varintSize, WireWriter } from './wire-writer.ts'

/** What a `ModelInferResponse` is made of. */
export interface GrpcInferReply {
  readonly modelName: string
  readonly modelVersion: string
  /** Of the request; empty where it had none. */
  readonly id: string
  readonly outputs: readonly NamedOutput[]
  /** As bytes, else as typed contents, where all datatypes have such. */
  readonly raw: boolean
  /** In a stream: whether it is the last answer to its request, where the client wants to be told. */
  readonly final?: boolean
  /** Parameters of the answer besides: names and values. */
  readonly texts?: readonly TextParameter[]
}

export type TextParameter = readonly [name: string, value: string]

/** The parameter by which Triton's clients know that a request of a stream has had its last answer. */
const FINAL = 'triton_final_response'

const FIELD = { modelName: 1, modelVersion: 2, id: 3, parameters: 4, outputs: 5, raw: 6 } as const
const OUTPUT = { name: 1, datatype: 2, shape: 3, contents: 5 } as const
const ENTRY = { key: 1, value: 2 } as const
/** Of an `InferParameter`. */
const STRING_PARAM = 3

/** An output and what is known of its size. */
interface Sized {
  readonly output: NamedOutput
  readonly nameLength: number
  /** Of its shape, packed. */
  readonly shapeLength: number
  /** Of the whole message, raw contents apart. */
  readonly length: number
  readonly contents: Uint8Array
}

/**
 * The bytes of a `ModelInferResponse`.
 * @param room bytes to leave free in front.
 */
export function encodeInferReply(reply: GrpcInferReply, room = 0): Buffer {
  const raw = reply.raw || reply.outputs.some(({ tensor }) => tensor.datatype === 'FP16')
  const outputs = reply.outputs.map((output) => sized(output, raw))
  const names = [reply.modelName, reply.modelVersion, reply.id].map((text) => Buffer.byteLength(text))
  let size = room + (reply.final === undefined ? 0 : fieldSize(ENTRY_LENGTH))
  const texts = reply.texts?.map(sizedText) ?? []
  for (const { length } of texts) size += fieldSize(length)
  for (const length of names) if (length > 0) size += fieldSize(length)
  for (const { length, contents } of outputs)
    size += fieldSize(length) + (raw ? fieldSize(contents.length) : 0)

  const writer = new WireWriter(Buffer.allocUnsafe(size), room)
  if (names[0]! > 0) writer.text(FIELD.modelName, reply.modelName, names[0]!)
  if (names[1]! > 0) writer.text(FIELD.modelVersion, reply.modelVersion, names[1]!)
  if (names[2]! > 0) writer.text(FIELD.id, reply.id, names[2]!)
  if (reply.final !== undefined) writeFinal(writer, reply.final)
  for (const text of texts) writeText(writer, text)
  for (const output of outputs) writeOutput(writer, output, raw)
  if (raw) for (const { contents } of outputs) writer.octets(FIELD.raw, contents)
  return writer.bytes
}

function sized(output: NamedOutput, raw: boolean): Sized {
  const { name, tensor } = output
  const nameLength = Buffer.byteLength(name)
  let shapeLength = 0
  for (const dimension of tensor.shape) shapeLength += varintSize(dimension)
  let length = fieldSize(nameLength) + fieldSize(tensor.datatype.length)
  if (shapeLength > 0) length += fieldSize(shapeLength)
  const contents = raw ? binaryData(tensor) : contentsOf(tensor)
  if (!raw) length += fieldSize(contents.length)
  return { output, nameLength, shapeLength, length, contents }
}

function writeOutput(writer: WireWriter, size: Sized, raw: boolean): void {
  const { name, tensor } = size.output
  writer.header(FIELD.outputs, size.length)
  writer.text(OUTPUT.name, name, size.nameLength)
  writer.text(OUTPUT.datatype, tensor.datatype, tensor.datatype.length)
  if (size.shapeLength > 0) {
    writer.header(OUTPUT.shape, size.shapeLength)
    for (const dimension of tensor.shape) writer.varint(dimension)
  }
  if (!raw) writer.octets(OUTPUT.contents, size.contents)
}

/** A map entry of a name and an `InferParameter` that is a text, and its lengths in bytes. */
interface SizedText {
  readonly parameter: TextParameter
  readonly nameLength: number
  readonly textLength: number
  readonly length: number
}

function sizedText(parameter: TextParameter): SizedText {
  const [nameLength, textLength] = [Buffer.byteLength(parameter[0]), Buffer.byteLength(parameter[1])]
  const length = fieldSize(nameLength) + fieldSize(fieldSize(textLength))
  return { parameter, nameLength, textLength, length }
}

function writeText(writer: WireWriter, { parameter, nameLength, textLength, length }: SizedText): void {
  writer.header(FIELD.parameters, length)
  writer.text(ENTRY.key, parameter[0], nameLength)
  writer.header(ENTRY.value, fieldSize(textLength))
  writer.text(STRING_PARAM, parameter[1], textLength)
}

/** A map entry of the flag's name and an `InferParameter` of two bytes. */
const ENTRY_LENGTH = fieldSize(FINAL.length) + fieldSize(2)

function writeFinal(writer: WireWriter, final: boolean): void {
  writer.header(FIELD.parameters, ENTRY_LENGTH)
  writer.text(ENTRY.key, FINAL, FINAL.length)
  writer.header(ENTRY.value, 2)
  writer.tag(1, 0)
  writer.varint(final ? 1 : 0)
}
