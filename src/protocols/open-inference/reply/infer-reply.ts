import { replyBuffer } from '../../mlflow-scoring/reply/reply-buffer.ts'
import type { TextBuffer } from '../../mlflow-scoring/reply/text-buffer.ts'
import { binaryLength, writeBinary } from '../binary-tensor.ts'
import type { InferReply, NamedOutput } from '../open-inference-codec.ts'
import { shapeText } from '../tensor-shape.ts'
import { writeData } from './data-writer.ts'

/** Writes the replies of one model (Open Inference Protocol, "Inference Response JSON Object"). */
export class InferReplyWriter {
  readonly #model: string

  constructor(name: string, version: string) {
    this.#model = `"model_name":${JSON.stringify(name)},"model_version":${JSON.stringify(version)},"outputs":[`
  }

  write(outputs: readonly NamedOutput[], id: string | undefined): InferReply {
    const out = replyBuffer()
    out.utf8(id === undefined ? `{${this.#model}` : `{"id":${JSON.stringify(id)},${this.#model}`)
    let binaryBytes: number | undefined
    for (let i = 0; i < outputs.length; i++) {
      const output = outputs[i]!
      if (i > 0) out.ascii(',')
      if (output.binary) binaryBytes = (binaryBytes ?? 0) + writeHeader(output, out)
      else writeOutput(output, out)
    }
    out.ascii(']}')
    if (binaryBytes === undefined) return { body: out.takeText(), headerLength: undefined }
    return withBinary(out, outputs, binaryBytes)
  }
}

function writeStart({ name, tensor: { datatype, shape } }: NamedOutput, out: TextBuffer): void {
  out.utf8(`{"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":${shapeText(shape)},`)
}

function writeOutput(output: NamedOutput, out: TextBuffer): void {
  writeStart(output, out)
  out.ascii('"data":')
  writeData(output.tensor, out)
  out.ascii('}')
}

/** @returns how many bytes of data come behind the text. */
function writeHeader(output: NamedOutput, out: TextBuffer): number {
  const size = binaryLength(output.tensor)
  writeStart(output, out)
  out.ascii(`"parameters":{"binary_data_size":${size}}}`)
  return size
}

function withBinary(out: TextBuffer, outputs: readonly NamedOutput[], binaryBytes: number): InferReply {
  const headerLength = out.length
  const body = Buffer.allocUnsafe(headerLength + binaryBytes)
  let at = out.takeInto(body)
  for (const { tensor, binary } of outputs) if (binary) at = writeBinary(tensor, body, at)
  return { body, headerLength }
}
