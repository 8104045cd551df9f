import { asciiJson } from '../../../core/ascii-json.ts'
import type { OutputMetadata } from '../../../core/predictor.ts'
import { elementCount, type Tensor, type TensorMap } from '../../../core/tensor.ts'
import { cannotEvaluate } from '../failures.ts'
import type { ReplyForm } from '../scoring-codec.ts'
import { type ElementText, elementText } from './element-text.ts'

/**
 * Writes predictions as MLflow does, byte for byte as Python's `json.dumps`: MLflow 3.17.2,
 * `mlflow/onnx/__init__.py` for the shape of the reply. Compiled for the outputs of one model.
 */
export class ReplyEncoder {
  readonly #outputs: readonly EncodedOutput[]

  constructor(outputs: readonly OutputMetadata[]) {
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

  /** Every output is flattened to a column, whatever its shape: a row of two values makes two records. */
  #records(tensors: TensorMap): string {
    const columns: { readonly key: string; readonly text: ElementText }[] = []
    let rows: number | undefined
    for (const output of this.#outputs) {
      const tensor = tensors.get(output.name)
      if (tensor === undefined) continue
      const length = output.length(tensor)
      if (rows !== undefined && rows !== length) {
        throw cannotEvaluate('The outputs differ in length: All arrays must be of the same length.')
      }
      rows = length
      columns.push({ key: output.key, text: output.cellText(tensor) })
    }
    let text = '['
    for (let row = 0; row < (rows ?? 0); row++) {
      let record = row === 0 ? '{' : ', {'
      for (let i = 0; i < columns.length; i++) {
        const column = columns[i] as (typeof columns)[number]
        record += i === 0 ? column.key + column.text(row) : `, ${column.key}${column.text(row)}`
      }
      text += `${record}}`
    }
    return `${text}]`
  }
}

class EncodedOutput {
  readonly name: string
  /** `"name": `, and for ZipMap the same of each label. */
  readonly key: string
  readonly #labelKeys: readonly string[] | undefined

  constructor({ name, classLabels }: OutputMetadata) {
    this.name = name
    this.key = keyText(name)
    this.#labelKeys = classLabels?.map((label) => keyText(String(label)))
  }

  /** Cells of the column that the output makes. */
  length({ shape }: Tensor): number {
    const count = elementCount(shape)
    return this.#labelKeys === undefined ? count : count / this.#labelKeys.length
  }

  cellText(tensor: Tensor): ElementText {
    const text = elementText(tensor)
    const keys = this.#labelKeys
    return keys === undefined ? text : (row) => mapText(keys, text, row)
  }

  nestedText(tensor: Tensor): string {
    const shape = this.#labelKeys === undefined ? tensor.shape : tensor.shape.slice(0, -1)
    return nestedText(this.cellText(tensor), shape, 0, 0)
  }
}

function keyText(name: string): string {
  return `${asciiJson(name)}: `
}

/** One of ZipMap's maps: the values of a row under the labels of the classes. */
function mapText(keys: readonly string[], text: ElementText, row: number): string {
  let map = ''
  for (let i = 0; i < keys.length; i++) {
    map += `${i === 0 ? '{' : ', '}${keys[i]}${text(row * keys.length + i)}`
  }
  return `${map}}`
}

function nestedText(cell: ElementText, shape: readonly number[], axis: number, start: number): string {
  if (axis === shape.length) return cell(start)
  const length = shape[axis] as number
  let text = '['
  if (axis === shape.length - 1) {
    for (let i = 0; i < length; i++) text += i === 0 ? cell(start) : `, ${cell(start + i)}`
    return `${text}]`
  }
  const size = elementCount(shape.slice(axis + 1))
  for (let i = 0; i < length; i++) {
    if (i > 0) text += ', '
    text += nestedText(cell, shape, axis + 1, start + i * size)
  }
  return `${text}]`
}
