import type { TensorMetadata } from '../../../core/predictor.ts'
import { isRecord } from '../../../core/record.ts'
import type { Tensor, TensorMap } from '../../../core/tensor.ts'
import type { ColSpec } from '../../../signature/model-signature.ts'
import type { FastPath, JsonObject } from './fast-path.ts'
import { type FloatData, NumberFiller } from './number-filler.ts'

/** For a signature of required, named float and double columns and a model with one float matrix as its input. */
export class ColumnFastPath implements FastPath {
  readonly #input: TensorMetadata
  readonly #names: readonly string[]
  readonly #positions: ReadonlyMap<string, number>

  private constructor(input: TensorMetadata, names: readonly string[]) {
    this.#input = input
    this.#names = names
    this.#positions = new Map(names.map((name, i) => [name, i]))
  }

  /** Undefined where the general path must look at every request. */
  static compile(columns: readonly ColSpec[], inputs: readonly TensorMetadata[]): ColumnFastPath | undefined {
    const [input] = inputs
    if (input === undefined || inputs.length > 1) return undefined
    const names = columns.flatMap(({ name, type, required }) => {
      return name !== undefined && required && (type === 'float' || type === 'double') ? [name] : []
    })
    if (names.length < columns.length || new Set(names).size < names.length) return undefined
    const [rows, width] = input.shape
    if (input.shape.length !== 2 || rows !== -1 || (width !== -1 && width !== names.length)) return undefined
    // float64 is cast for a float32 input; for a float64 one each column must be float64 already.
    const fits =
      input.datatype === 'FP32' || (input.datatype === 'FP64' && columns.every((c) => c.type === 'double'))
    return fits ? new ColumnFastPath(input, names) : undefined
  }

  decode(form: string, value: unknown): TensorMap | undefined {
    switch (form) {
      case 'dataframe_split':
        return isRecord(value) ? this.#split(value) : undefined
      case 'dataframe_records':
        return Array.isArray(value) ? this.#records(value) : undefined
      case 'inputs':
        return isRecord(value) ? this.#columns(value) : undefined
      default:
        return undefined
    }
  }

  #split(value: JsonObject): TensorMap | undefined {
    const { columns, index, data } = value
    if (!Array.isArray(columns) || !Array.isArray(data)) return undefined
    if (Object.keys(value).length !== (index === undefined ? 2 : 3)) return undefined
    if (index !== undefined && !isRowNumbers(index, data.length)) return undefined
    const width = this.#names.length
    if (columns.length !== width || data.length === 0) return undefined
    const matrix = this.#allocate(data.length)
    return this.#isInOrder(columns)
      ? this.#rows(data, matrix)
      : this.#permutedRows(
          data,
          matrix,
          columns.map((name) => this.#positions.get(name)),
        )
  }

  #isInOrder(columns: readonly unknown[]): boolean {
    for (let i = 0; i < columns.length; i++) if (columns[i] !== this.#names[i]) return false
    return true
  }

  #rows(rows: readonly unknown[], data: FloatData): TensorMap | undefined {
    const filler = new NumberFiller(true)
    const width = this.#names.length
    for (let row = 0; row < rows.length; row++) {
      if (!filler.fill(data, rows[row], width, row * width)) return undefined
    }
    return this.#tensor(data, rows.length)
  }

  #permutedRows(
    rows: readonly unknown[],
    data: FloatData,
    positions: readonly (number | undefined)[],
  ): TensorMap | undefined {
    const width = this.#names.length
    // A name that is missing, unknown or given twice is for the general path.
    if (new Set(positions).size < width || positions.includes(undefined)) return undefined
    const filler = new NumberFiller(true)
    const given = this.#allocate(1)
    for (let row = 0; row < rows.length; row++) {
      if (!filler.fill(given, rows[row], width, 0)) return undefined
      for (let i = 0; i < width; i++) data[row * width + (positions[i] as number)] = given[i] as number
    }
    return this.#tensor(data, rows.length)
  }

  #records(rows: readonly unknown[]): TensorMap | undefined {
    if (rows.length === 0) return undefined
    const filler = new NumberFiller(true)
    const width = this.#names.length
    const data = this.#allocate(rows.length)
    for (let row = 0; row < rows.length; row++) {
      const record = rows[row]
      if (!isRecord(record) || Object.keys(record).length !== width) return undefined
      for (let i = 0; i < width; i++) {
        // Nothing that objects inherit is a number or null, so that only own properties pass.
        if (!filler.put(data, record[this.#names[i] as string], row * width + i)) return undefined
      }
    }
    return this.#tensor(data, rows.length)
  }

  #columns(value: JsonObject): TensorMap | undefined {
    const width = this.#names.length
    if (Object.keys(value).length !== width) return undefined
    const first = value[this.#names[0] as string]
    if (!Array.isArray(first) || first.length === 0) return undefined
    const filler = new NumberFiller(true)
    const data = this.#allocate(first.length)
    for (let i = 0; i < width; i++) {
      const name = this.#names[i] as string
      if (!Object.hasOwn(value, name) || !filler.fill(data, value[name], first.length, i, width))
        return undefined
    }
    return this.#tensor(data, first.length)
  }

  #allocate(rows: number): FloatData {
    const count = rows * this.#names.length
    return this.#input.datatype === 'FP32' ? new Float32Array(count) : new Float64Array(count)
  }

  #tensor(data: FloatData, rows: number): TensorMap {
    const { name, datatype } = this.#input
    return new Map([[name, { datatype, shape: [rows, this.#names.length], data } as Tensor]])
  }
}

/** The index of a frame that has none of its own, as pandas' `to_dict(orient="split")` writes it. */
function isRowNumbers(index: unknown, rows: number): boolean {
  if (!Array.isArray(index) || index.length !== rows) return false
  for (let row = 0; row < rows; row++) if (index[row] !== row) return false
  return true
}
