import type { OutputMetadata } from '../../../core/predictor.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import type { ReplyForm } from '../scoring-codec.ts'
import type { ElementText } from './element-text.ts'
import { commonLength, EncodedOutput, type RecordColumn } from './encoded-output.ts'

export interface RecordOptions {
  /** A record is a row, in which an output of several values is a list; a single value of each output unless set. */
  readonly recordPerRow?: boolean
}

/**
 * Writes predictions as MLflow does, byte for byte as Python's `json.dumps`: MLflow 3.17.2,
 * `mlflow/onnx/__init__.py` for the shape of the reply. Compiled for the outputs of one model.
 */
export class ReplyEncoder {
  readonly #outputs: readonly EncodedOutput[]
  readonly #recordPerRow: boolean

  constructor(outputs: readonly OutputMetadata[], { recordPerRow = false }: RecordOptions = {}) {
    this.#recordPerRow = recordPerRow
    this.#outputs = outputs.map((output) => new EncodedOutput(output))
  }

  /** @throws ServingError BAD_REQUEST where records are wanted of outputs that differ in length. */
  encode(tensors: TensorMap, form: ReplyForm): string {
    switch (form) {
      case 'records':
        return `{"predictions": ${this.#records(tensors)}}`
      case 'tensors':
        return `{"predictions": ${this.#tensors(tensors)}}`
      case 'bare-records':
        return this.#records(tensors)
      default:
        return this.#tensors(tensors)
    }
  }

  #tensors(tensors: TensorMap): string {
    let text = ''
    for (const output of this.#outputs) {
      const tensor = tensors.get(output.name)
      if (tensor !== undefined) text += `${text === '' ? '{' : ', '}${output.key}${output.nestedText(tensor)}`
    }
    return text === '' ? '{}' : `${text}}`
  }

  #records(tensors: TensorMap): string {
    return `[${this.#recordItems(tensors)}]`
  }

  #recordItems(tensors: TensorMap): string {
    const given = this.#outputs.flatMap((output) => {
      const tensor = tensors.get(output.name)
      return tensor === undefined ? [] : [{ output, tensor }]
    })
    const columns = given.map(({ output, tensor }) =>
      this.#recordPerRow ? output.rowColumn(tensor) : output.cellColumn(tensor),
    )
    const rows = commonLength(columns.map(({ length }) => length))
    return joinItems((row) => recordText(columns, row), rows)
  }
}

function recordText(columns: readonly RecordColumn[], row: number): string {
  let record = '{'
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i] as RecordColumn
    record += i === 0 ? column.key + column.text(row) : `, ${column.key}${column.text(row)}`
  }
  return `${record}}`
}

function joinItems(item: ElementText, count: number): string {
  let text = ''
  for (let i = 0; i < count; i++) text += i === 0 ? item(i) : `, ${item(i)}`
  return text
}
