import { joinRows } from '../../core/tensor-rows.ts'
import type { BatchCodec } from '../../protocols/mlflow-scoring/batch-codec.ts'
import type { PredictedPart } from './bad-row-search.ts'
import type { BlockEncoder, EncodedBlock } from './block-encoder.ts'

/** Writes pieces of MLflow's reply, of which the reply to the whole input is put together. */
export class JsonEncoder implements BlockEncoder {
  readonly #codec: BatchCodec

  constructor(codec: BatchCodec) {
    this.#codec = codec
  }

  encode(predicted: readonly PredictedPart[]): EncodedBlock {
    const outputs = joinRows(predicted.map((part) => part.outputs))
    const rows = predicted.reduce((sum, part) => sum + part.rows, 0)
    const { keys, lists } = this.#codec.encodeItems(outputs, predicted[0]!.form, rows)
    return {
      shape: keys === undefined ? { kind: 'records' } : { kind: 'tensors', keys },
      parts: lists,
    }
  }
}

/** Writes the reply to an input that is one block. */
export class DocumentEncoder implements BlockEncoder {
  readonly #codec: BatchCodec

  constructor(codec: BatchCodec) {
    this.#codec = codec
  }

  encode(predicted: readonly PredictedPart[]): EncodedBlock {
    const { outputs, form } = predicted[0]!
    return { shape: { kind: 'document' }, parts: [asciiBytes(this.#codec.encode(outputs, form))] }
  }
}

/** In memory of their own, which can be transferred. Replies are all ASCII. */
function asciiBytes(text: string): Uint8Array {
  const bytes = Buffer.from(new ArrayBuffer(text.length))
  bytes.write(text, 'latin1')
  return bytes
}
