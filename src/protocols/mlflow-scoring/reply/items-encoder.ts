import type { OutputMetadata } from '../../../core/predictor.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import type { ReplyItems } from '../batch-codec.ts'
import type { ReplyForm } from '../scoring-codec.ts'
import { commonLength } from './encoded-output.ts'
import { OutputWriter, type PartWriter, writeSeparator } from './output-writer.ts'
import { checkRows } from './prediction-columns.ts'
import type { RecordOptions } from './reply-encoder.ts'
import { membersWriter } from './row-encoder.ts'
import { TextBuffer } from './text-buffer.ts'

const OPENING_BRACE = 123
const CLOSING_BRACE = 125

/** Writes pieces of the replies that `ReplyEncoder` writes as wholes. @see BatchCodec.encodeItems */
export class ItemsEncoder {
  readonly #outputs: readonly OutputWriter[]
  readonly #out = new TextBuffer()
  readonly #recordPerRow: boolean

  constructor(outputs: readonly OutputMetadata[], { recordPerRow = false }: RecordOptions = {}) {
    this.#recordPerRow = recordPerRow
    this.#outputs = outputs.map((output) => new OutputWriter(output))
  }

  encode(tensors: TensorMap, form: ReplyForm, rows: number): ReplyItems {
    for (const { name } of this.#outputs) {
      const tensor = tensors.get(name)
      if (tensor !== undefined) checkRows(name, tensor, rows)
    }
    return form === 'records' || form === 'bare-records'
      ? { lists: [this.#records(tensors)] }
      : this.#tensors(tensors, rows)
  }

  #tensors(tensors: TensorMap, rows: number): ReplyItems {
    const given = this.#outputs.filter(({ name }) => tensors.has(name))
    return {
      keys: given.map(({ key }) => key),
      lists: given.map((output) => this.#list(output.parts(tensors.get(output.name)!, this.#out), rows)),
    }
  }

  #records(tensors: TensorMap): Uint8Array<ArrayBuffer> {
    const out = this.#out
    const columns = this.#outputs.flatMap((output) => {
      const tensor = tensors.get(output.name)
      if (tensor === undefined) return []
      const { key } = output
      return this.#recordPerRow
        ? [{ key, write: output.rows(tensor, out), length: tensor.shape[0] ?? 1 }]
        : [{ key, write: output.cells(tensor, out), length: output.length(tensor) }]
    })
    const count = commonLength(columns.map(({ length }) => length))
    const members = membersWriter(columns, out)
    return this.#list((record) => {
      out.byte(OPENING_BRACE)
      members(record)
      out.byte(CLOSING_BRACE)
    }, count)
  }

  #list(item: PartWriter, count: number): Uint8Array<ArrayBuffer> {
    for (let i = 0; i < count; i++) {
      if (i > 0) writeSeparator(this.#out)
      item(i)
    }
    return this.#out.take()
  }
}
