import { binaryLength, writeBinary } from '../binary-tensor.ts'
import type { InferReply, NamedOutput } from '../open-inference-codec.ts'
import { shapeText } from '../tensor-shape.ts'
import { dataText } from './data-text.ts'

/** Writes the replies of one model (Open Inference Protocol, "Inference Response JSON Object"). */
export class InferReplyWriter {
  readonly #model: string

  constructor(name: string, version: string) {
    this.#model = `"model_name":${JSON.stringify(name)},"model_version":${JSON.stringify(version)}`
  }

  write(outputs: readonly NamedOutput[], id: string | undefined): InferReply {
    const prefix = id === undefined ? '{' : `{"id":${JSON.stringify(id)},`
    let json = `${prefix}${this.#model},"outputs":[`
    for (let i = 0; i < outputs.length; i++) json += `${i === 0 ? '' : ','}${outputText(outputs[i]!)}`
    json += ']}'
    const binary = outputs.filter((output) => output.binary)
    return binary.length === 0 ? { body: json, headerLength: undefined } : withBinary(json, binary)
  }
}

function outputText({ name, tensor, binary }: NamedOutput): string {
  const { datatype, shape } = tensor
  const start = `{"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":${shapeText(shape)},`
  if (!binary) return `${start}"data":${dataText(tensor)}}`
  return `${start}"parameters":{"binary_data_size":${binaryLength(tensor)}}}`
}

function withBinary(json: string, outputs: readonly NamedOutput[]): InferReply {
  const headerLength = Buffer.byteLength(json)
  let length = headerLength
  for (const { tensor } of outputs) length += binaryLength(tensor)
  const body = Buffer.allocUnsafe(length)
  body.write(json)
  let at = headerLength
  for (const { tensor } of outputs) {
    writeBinary(tensor, body, at)
    at += binaryLength(tensor)
  }
  return { body, headerLength }
}
