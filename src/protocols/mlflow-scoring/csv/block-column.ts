import type { DataType } from '../../../signature/column-dtypes.ts'
import type { Column } from '../frame.ts'
import type { CellKind } from './cell-kinds.ts'
import { CellError, KNOWN_CELLS, TYPED_CELLS } from './cell-readers.ts'
import { isMissing } from './cells.ts'
import type { PlannedColumn } from './csv-plan.ts'

/** Where in a column reading stopped. */
export class ColumnError extends Error {
  readonly row: number

  constructor(row: number, reason: string) {
    super(reason)
    this.row = row
  }
}

/**
 * The rows that a block has of a column, of the dtype that the whole column has.
 * @throws ColumnError
 */
export function blockColumn(
  plan: PlannedColumn,
  cells: readonly string[],
  kind: CellKind | undefined,
): Column {
  const reader = new ColumnCells(plan, cells)
  return plan.type === undefined ? reader.asKind(kind ?? 'empty') : reader.asType(plan.type)
}

class ColumnCells {
  readonly #name: string
  readonly #plan: PlannedColumn
  readonly #cells: readonly string[]

  constructor(plan: PlannedColumn, cells: readonly string[]) {
    this.#name = plan.name
    this.#plan = plan
    this.#cells = cells
  }

  asType(type: DataType): Column {
    const name = this.#name
    switch (type) {
      case 'boolean':
        return { name, dtype: 'bool', data: Uint8Array.from(this.#typed(TYPED_CELLS.boolean)) }
      case 'integer':
        return { name, dtype: 'int32', data: Int32Array.from(this.#typed(TYPED_CELLS.integer)) }
      case 'long':
        return { name, dtype: 'int64', data: BigInt64Array.from(this.#typed(TYPED_CELLS.long)) }
      case 'float':
        return { name, dtype: 'float32', data: Float32Array.from(this.#typed(TYPED_CELLS.float)) }
      case 'double':
        return { name, dtype: 'float64', data: Float64Array.from(this.#typed(TYPED_CELLS.double)) }
      default:
        return this.#text()
    }
  }

  #text(): Column {
    const name = this.#name
    const isText = this.#plan.byPosition && !this.#cells.every(isMissing)
    return isText
      ? { name, dtype: 'str', data: this.#known(KNOWN_CELLS.str) }
      : { name, dtype: 'object', data: this.#typed(TYPED_CELLS.string) }
  }

  asKind(kind: CellKind): Column {
    const name = this.#name
    switch (kind) {
      case 'int64':
        return { name, dtype: 'int64', data: BigInt64Array.from(this.#known(KNOWN_CELLS.int64)) }
      case 'uint64':
        return { name, dtype: 'uint64', data: BigUint64Array.from(this.#known(KNOWN_CELLS.uint64)) }
      case 'int64 with gaps':
      case 'float64':
        return { name, dtype: 'float64', data: Float64Array.from(this.#known(KNOWN_CELLS[kind])) }
      case 'bool':
        return { name, dtype: 'bool', data: Uint8Array.from(this.#known(KNOWN_CELLS.bool)) }
      case 'bool with gaps':
      case 'integers':
        return { name, dtype: 'object', data: this.#known<unknown>(KNOWN_CELLS[kind]) }
      case 'str':
      case 'literal':
        return { name, dtype: 'str', data: this.#known<string | null>(KNOWN_CELLS[kind]) }
      case 'empty':
        return { name, dtype: 'object', data: this.#known(() => undefined) }
    }
  }

  #typed<V>(read: (text: string, index: number) => V): V[] {
    const { index } = this.#plan
    return this.#cells.map((text, row) => {
      try {
        return read(text, index)
      } catch (error) {
        if (error instanceof CellError) throw new ColumnError(row, error.message)
        throw error
      }
    })
  }

  #known<V>(read: (text: string) => V | undefined): V[] {
    return this.#cells.map((text, row) => {
      const value = read(text)
      if (value !== undefined) return value
      throw new ColumnError(row, `column ${this.#plan.index} has changed since it was first read`)
    })
  }
}
