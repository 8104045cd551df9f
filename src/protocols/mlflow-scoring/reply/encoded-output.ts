import { asciiJson } from '../../../core/ascii-json.ts'
import type { OutputMetadata } from '../../../core/predictor.ts'
import { elementCount, type Tensor } from '../../../core/tensor.ts'
import { type ElementText, elementText } from './element-text.ts'

/** The JSON text of one output of a model: MLflow 3.17.2, `mlflow/onnx/__init__.py`. */
export class EncodedOutput {
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
    return nestedText(this.cellText(tensor), this.#shapeOf(tensor), 0, 0)
  }

  /** The text of the nth part along the first dimension. */
  partText(tensor: Tensor): ElementText {
    const shape = this.#shapeOf(tensor)
    const size = elementCount(shape.slice(1))
    const cell = this.cellText(tensor)
    return (part) => nestedText(cell, shape, 1, part * size)
  }

  /** The same, but without the lists around a part that is a single value, as in MLflow's records. */
  rowText(tensor: Tensor): ElementText {
    const size = elementCount(this.#shapeOf(tensor).slice(1))
    return size === 1 ? this.cellText(tensor) : this.partText(tensor)
  }

  /** ZipMap's maps are its elements. */
  #shapeOf({ shape }: Tensor): readonly number[] {
    return this.#labelKeys === undefined ? shape : shape.slice(0, -1)
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
