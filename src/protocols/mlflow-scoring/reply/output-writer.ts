import { asciiJson } from '../../../core/ascii-json.ts'
import type { OutputMetadata } from '../../../core/predictor.ts'
import { elementCount, type Tensor } from '../../../core/tensor.ts'
import { type ElementWriter, writeJsonElement } from './element-writer.ts'
import { ListWriter } from './list-writer.ts'
import { asciiBytes, type TextBuffer } from './text-buffer.ts'

const OPENING_BRACE = 123
const CLOSING_BRACE = 125

/** Writes the JSON text of one output of a model: MLflow 3.17.2, `mlflow/onnx/__init__.py`. */
export class OutputWriter {
  readonly name: string
  /** `"name": ` */
  readonly key: string
  readonly #keyBytes: Uint8Array
  /** Values in a cell: more than one in ZipMap's maps. */
  readonly #cellSize: number
  readonly #cell: ElementWriter
  readonly #lists: ListWriter

  constructor({ name, classLabels }: OutputMetadata) {
    this.name = name
    this.key = keyText(name)
    this.#keyBytes = asciiBytes(this.key)
    this.#cellSize = classLabels?.length ?? 1
    this.#cell =
      classLabels === undefined
        ? writeJsonElement
        : mapWriter(classLabels.map((label) => asciiBytes(keyText(String(label)))))
    this.#lists = new ListWriter(this.#cell, classLabels === undefined ? 0 : 1)
  }

  /** Cells of the column that the output makes: single values, whatever its shape, or ZipMap's maps. */
  length({ shape }: Tensor): number {
    return elementCount(shape) / this.#cellSize
  }

  writeKey(out: TextBuffer): void {
    out.bytes(this.#keyBytes)
  }

  cell(tensor: Tensor, cell: number, out: TextBuffer): void {
    this.#cell(tensor, cell, out)
  }

  /** The nth part along the first axis, as nested lists. */
  part(tensor: Tensor, part: number, out: TextBuffer): void {
    this.#lists.part(tensor, part, out)
  }

  /** The same, but without the lists around a part that is a single value, as in MLflow's records. */
  row(tensor: Tensor, row: number, out: TextBuffer): void {
    if (this.#lists.partSize(tensor, 0) === 1) this.#cell(tensor, row, out)
    else this.#lists.part(tensor, row, out)
  }

  whole(tensor: Tensor, out: TextBuffer): void {
    this.#lists.whole(tensor, out)
  }
}

function keyText(name: string): string {
  return `${asciiJson(name)}: `
}

/** Writes ZipMap's maps: the values of a row under the labels of the classes. */
function mapWriter(keys: readonly Uint8Array[]): ElementWriter {
  return (tensor, row, out) => {
    out.byte(OPENING_BRACE)
    for (let i = 0; i < keys.length; i++) {
      if (i > 0) out.separator()
      out.bytes(keys[i]!)
      writeJsonElement(tensor, row * keys.length + i, out)
    }
    out.byte(CLOSING_BRACE)
  }
}
