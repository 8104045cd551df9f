import type { OutputMetadata } from '../../../core/predictor.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import type { ReplyForm } from '../scoring-codec.ts'
import { OutputWriter } from './output-writer.ts'
import { type RecordOptions, RecordWriter } from './record-writer.ts'
import { replyBuffer } from './reply-buffer.ts'
import { asciiBytes, type TextBuffer } from './text-buffer.ts'

const ENVELOPE = asciiBytes('{"predictions": ')
const OPENING_BRACKET = 91
const CLOSING_BRACKET = 93
const OPENING_BRACE = 123
const CLOSING_BRACE = 125

/**
 * Writes predictions as MLflow does, byte for byte as Python's `json.dumps`: MLflow 3.17.2,
 * `mlflow/onnx/__init__.py` for the shape of the reply. Compiled for the outputs of one model.
 */
export class ReplyEncoder {
  readonly #outputs: readonly OutputWriter[]
  readonly #records: RecordWriter

  constructor(outputs: readonly OutputMetadata[], options: RecordOptions = {}) {
    this.#outputs = outputs.map((output) => new OutputWriter(output))
    this.#records = new RecordWriter(this.#outputs, options)
  }

  /** @throws ServingError BAD_REQUEST where records are wanted of outputs that differ in length. */
  encode(tensors: TensorMap, form: ReplyForm): string {
    const out = replyBuffer()
    const isBare = form === 'bare-records' || form === 'bare-tensors'
    if (!isBare) out.bytes(ENVELOPE)
    if (form === 'records' || form === 'bare-records') this.#writeRecords(tensors, out)
    else this.#writeTensors(tensors, out)
    if (!isBare) out.byte(CLOSING_BRACE)
    return out.takeText()
  }

  #writeTensors(tensors: TensorMap, out: TextBuffer): void {
    let isFirst = true
    out.byte(OPENING_BRACE)
    for (const output of this.#outputs) {
      const tensor = tensors.get(output.name)
      if (tensor === undefined) continue
      if (!isFirst) out.separator()
      isFirst = false
      output.writeKey(out)
      output.whole(tensor, out)
    }
    out.byte(CLOSING_BRACE)
  }

  #writeRecords(tensors: TensorMap, out: TextBuffer): void {
    out.byte(OPENING_BRACKET)
    this.#records.items(tensors, out)
    out.byte(CLOSING_BRACKET)
  }
}
