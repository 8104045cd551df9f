import type { Tensor } from '../../../core/tensor.ts'
import { writeInteger } from '../../mlflow-scoring/reply/element-writer.ts'
import { replyBuffer } from '../../mlflow-scoring/reply/reply-buffer.ts'
import { asciiBytes, type TextBuffer } from '../../mlflow-scoring/reply/text-buffer.ts'
import { binaryLength, writeBinary } from '../binary-tensor.ts'
import type { InferReply, NamedOutput } from '../open-inference-codec.ts'
import { writeData } from './data-writer.ts'

const SHAPE = asciiBytes('","shape":[')
const DATA = asciiBytes('],"data":')
const BINARY_SIZE = asciiBytes('],"parameters":{"binary_data_size":')
const COMMA = 44
const CLOSING_BRACE = 125

/** Writes the replies of one model (Open Inference Protocol, "Inference Response JSON Object"). */
export class InferReplyWriter {
  readonly #model: string
  /** What begins an output, by its name. */
  readonly #starts = new Map<string, string>()

  constructor(name: string, version: string) {
    this.#model = `"model_name":${JSON.stringify(name)},"model_version":${JSON.stringify(version)},"outputs":[`
  }

  write(outputs: readonly NamedOutput[], id: string | undefined): InferReply {
    const out = replyBuffer()
    out.ascii('{')
    if (id !== undefined) out.utf8(`"id":${JSON.stringify(id)},`)
    out.utf8(this.#model)
    let binaryBytes: number | undefined
    for (let i = 0; i < outputs.length; i++) {
      const { name, tensor, binary } = outputs[i]!
      if (i > 0) out.byte(COMMA)
      this.#writeStart(name, tensor, out)
      if (binary) binaryBytes = (binaryBytes ?? 0) + writeBinarySize(tensor, out)
      else writeList(tensor, out)
    }
    out.ascii(']}')
    if (binaryBytes === undefined) return { body: out.takeText(), headerLength: undefined }
    return withBinary(out, outputs, binaryBytes)
  }

  #writeStart(name: string, { datatype, shape }: Tensor, out: TextBuffer): void {
    out.utf8(this.#startOf(name))
    out.ascii(datatype)
    out.bytes(SHAPE)
    for (let i = 0; i < shape.length; i++) {
      if (i > 0) out.byte(COMMA)
      writeInteger(shape[i]!, out)
    }
  }

  #startOf(name: string): string {
    const known = this.#starts.get(name)
    if (known !== undefined) return known
    const start = `{"name":${JSON.stringify(name)},"datatype":"`
    this.#starts.set(name, start)
    return start
  }
}

function writeList(tensor: Tensor, out: TextBuffer): void {
  out.bytes(DATA)
  writeData(tensor, out)
  out.byte(CLOSING_BRACE)
}

/** @returns how many bytes of data come behind the text. */
function writeBinarySize(tensor: Tensor, out: TextBuffer): number {
  const size = binaryLength(tensor)
  out.bytes(BINARY_SIZE)
  writeInteger(size, out)
  out.ascii('}}')
  return size
}

function withBinary(out: TextBuffer, outputs: readonly NamedOutput[], binaryBytes: number): InferReply {
  const headerLength = out.length
  const body = Buffer.allocUnsafe(headerLength + binaryBytes)
  let at = out.takeInto(body)
  for (const { tensor, binary } of outputs) if (binary) at = writeBinary(tensor, body, at)
  return { body, headerLength }
}
