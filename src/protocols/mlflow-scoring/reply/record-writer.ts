import type { Tensor, TensorMap } from '../../../core/tensor.ts'
import { cannotEvaluate } from '../failures.ts'
import type { OutputWriter } from './output-writer.ts'
import type { TextBuffer } from './text-buffer.ts'

const OPENING_BRACE = 123
const CLOSING_BRACE = 125

export interface RecordOptions {
  /** A record is a row, in which an output of several values is a list; a single value of each output unless set. */
  readonly recordPerRow?: boolean
}

/** An output that a reply has. */
export interface GivenOutput {
  readonly writer: OutputWriter
  readonly tensor: Tensor
}

/** Writes outputs side by side, one object for each row or value. */
export class RecordWriter {
  readonly #outputs: readonly OutputWriter[]
  readonly #perRow: boolean

  constructor(outputs: readonly OutputWriter[], { recordPerRow = false }: RecordOptions = {}) {
    this.#outputs = outputs
    this.#perRow = recordPerRow
  }

  /** All records, without the brackets of their list. @throws ServingError BAD_REQUEST for outputs that differ in length */
  items(tensors: TensorMap, out: TextBuffer): void {
    const outputs = givenOutputs(this.#outputs, tensors)
    const count = this.#commonLength(outputs)
    for (let record = 0; record < count; record++) {
      if (record > 0) out.separator()
      out.byte(OPENING_BRACE)
      this.members(outputs, record, out)
      out.byte(CLOSING_BRACE)
    }
  }

  /** One record without its braces. */
  members(outputs: readonly GivenOutput[], record: number, out: TextBuffer): void {
    for (let i = 0; i < outputs.length; i++) {
      const { writer, tensor } = outputs[i]!
      if (i > 0) out.separator()
      writer.writeKey(out)
      if (this.#perRow) writer.row(tensor, record, out)
      else writer.cell(tensor, record, out)
    }
  }

  #commonLength(outputs: readonly GivenOutput[]): number {
    let common: number | undefined
    for (const output of outputs) {
      const length = this.#length(output)
      common ??= length
      if (length !== common) throw differentLengths()
    }
    return common ?? 0
  }

  #length({ writer, tensor }: GivenOutput): number {
    return this.#perRow ? (tensor.shape[0] ?? 1) : writer.length(tensor)
  }
}

/** Those of the outputs that a reply has, in the model's order. */
export function givenOutputs(outputs: readonly OutputWriter[], tensors: TensorMap): readonly GivenOutput[] {
  const given: GivenOutput[] = []
  for (const writer of outputs) {
    const tensor = tensors.get(writer.name)
    if (tensor !== undefined) given.push({ writer, tensor })
  }
  return given
}

function differentLengths(): Error {
  return cannotEvaluate('The outputs differ in length: All arrays must be of the same length.')
}
