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
    let binaryBytes = 0
    for (let i = 0; i < outputs.length; i++) {
      const output = outputs[i]!
      const size = output.binary ? binaryLength(output.tensor) : 0
      binaryBytes += size
      json += `${i === 0 ? '' : ','}${outputText(output, size)}`
    }
    json += ']}'
    const hasBinary = outputs.some(({ binary }) => binary)
    return hasBinary ? withBinary(json, outputs, binaryBytes) : { body: json, headerLength: undefined }
  }
}

function outputText({ name, tensor, binary }: NamedOutput, size: number): string {
  const { datatype, shape } = tensor
  const start = `{"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":${shapeText(shape)},`
  return binary ? `${start}"parameters":{"binary_data_size":${size}}}` : `${start}"data":${dataText(tensor)}}`
}

function withBinary(json: string, outputs: readonly NamedOutput[], binaryBytes: number): InferReply {
  const headerLength = Buffer.byteLength(json)
  const body = Buffer.allocUnsafe(headerLength + binaryBytes)
  let at = body.write(json)
  for (const { tensor, binary } of outputs) if (binary) at = writeBinary(tensor, body, at)
  return { body, headerLength }
}
