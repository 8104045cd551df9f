import { asciiJson } from '../../../core/ascii-json.ts'
import type { OutputMetadata } from '../../../core/predictor.ts'
import { elementCount, type Tensor } from '../../../core/tensor.ts'
import { cannotEvaluate } from '../failures.ts'
import { type ElementText, elementText } from './element-text.ts'

/** What an output has in the records of a reply. */
export interface RecordColumn {
  readonly key: string
  readonly text: ElementText
  /** How many records it makes. */
  readonly length: number
}

/** The JSON text of one output of a model: MLflow 3.17.2, `mlflow/onnx/__init__.py`. */
export class EncodedOutput {
  readonly name: string
  /** `"name": `, and for ZipMap the same of each label. */
  readonly key: string
  protected readonly labelKeys: readonly string[] | undefined

  constructor({ name, classLabels }: OutputMetadata) {
    this.name = name
    this.key = keyText(name)
    this.labelKeys = classLabels?.map((label) => keyText(String(label)))
  }

  /** Cells of the column that the output makes. */
  length({ shape }: Tensor): number {
    const count = elementCount(shape)
    return this.labelKeys === undefined ? count : count / this.labelKeys.length
  }

  cellText(tensor: Tensor): ElementText {
    const text = elementText(tensor)
    const keys = this.labelKeys
    return keys === undefined ? text : (row) => mapText(keys, text, row)
  }

  /** The output flattened, whatever its shape: a row of two values makes two records. */
  cellColumn(tensor: Tensor): RecordColumn {
    return { key: this.key, text: this.cellText(tensor), length: this.length(tensor) }
  }

  /** Nested lists for each row; a row of one value is that value. */
  rowColumn(tensor: Tensor): RecordColumn {
    const [length = 1, ...shape] = this.shapeOf(tensor)
    const size = elementCount(shape)
    const cell = this.cellText(tensor)
    const text: ElementText = size === 1 ? cell : (row) => nestedText(cell, shape, 0, row * size)
    return { key: this.key, text, length }
  }

  nestedText(tensor: Tensor): string {
    return nestedText(this.cellText(tensor), this.shapeOf(tensor), 0, 0)
  }

  /** ZipMap's maps are its elements. */
  protected shapeOf({ shape }: Tensor): readonly number[] {
    return this.labelKeys === undefined ? shape : shape.slice(0, -1)
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

/** The cells that all columns have. @throws ServingError BAD_REQUEST where they differ in length */
export function commonLength(lengths: readonly number[]): number {
  const [first = 0] = lengths
  if (lengths.every((length) => length === first)) return first
  throw cannotEvaluate('The outputs differ in length: All arrays must be of the same length.')
}

export function nestedText(cell: ElementText, shape: readonly number[], axis: number, start: number): string {
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
