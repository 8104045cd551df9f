import type { OutputMetadata } from '../../../core/predictor.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import type { ReplyItems } from '../batch-codec.ts'
import type { ReplyForm } from '../scoring-codec.ts'
import { OutputWriter } from './output-writer.ts'
import { checkRows } from './prediction-columns.ts'
import { type GivenOutput, givenOutputs, type RecordOptions, RecordWriter } from './record-writer.ts'
import { replyBuffer } from './reply-buffer.ts'

/** Writes pieces of the replies that `ReplyEncoder` writes as wholes. @see BatchCodec.encodeItems */
export class ItemsEncoder {
  readonly #outputs: readonly OutputWriter[]
  readonly #records: RecordWriter

  constructor(outputs: readonly OutputMetadata[], options: RecordOptions = {}) {
    this.#outputs = outputs.map((output) => new OutputWriter(output))
    this.#records = new RecordWriter(this.#outputs, options)
  }

  encode(tensors: TensorMap, form: ReplyForm, rows: number): ReplyItems {
    const outputs = givenOutputs(this.#outputs, tensors)
    for (const { writer, tensor } of outputs) checkRows(writer.name, tensor, rows)
    if (form === 'records' || form === 'bare-records') return { lists: [this.#recordItems(tensors)] }
    return {
      keys: outputs.map(({ writer }) => writer.key),
      lists: outputs.map((output) => listItems(output, rows)),
    }
  }

  #recordItems(tensors: TensorMap): Uint8Array<ArrayBuffer> {
    const out = replyBuffer()
    this.#records.items(tensors, out)
    return out.take()
  }
}

function listItems({ writer, tensor }: GivenOutput, rows: number): Uint8Array<ArrayBuffer> {
  const out = replyBuffer()
  for (let row = 0; row < rows; row++) {
    if (row > 0) out.separator()
    writer.part(tensor, row, out)
  }
  return out.take()
}
