import type { Column } from '../frame.ts'
import type { PyValue } from '../python/python-value.ts'
import { checkEncodable } from './encodable-text.ts'

/**
 * A column with the dtype that pandas 3 finds for Python objects (`lib.maybe_convert_objects`): None counts as NaN
 * beside numbers, booleans mix with nothing, and text mixes with missing cells only.
 * @throws PythonError for text that cannot be encoded
 */
export function inferColumn(name: string | number, cells: readonly PyValue[]): Column {
  const seen = new SeenCells(cells)
  switch (seen.dtype()) {
    case 'bool':
      return { name, dtype: 'bool', data: Uint8Array.from(cells, Number) }
    case 'int64':
      return { name, dtype: 'int64', data: BigInt64Array.from(cells as bigint[]) }
    case 'uint64':
      return { name, dtype: 'uint64', data: BigUint64Array.from(cells as bigint[]) }
    case 'float64':
      return { name, dtype: 'float64', data: floatsOf(cells) }
    case 'str':
      return textColumn(name, cells)
    default:
      return { name, dtype: 'object', data: cells }
  }
}

function textColumn(name: string | number, cells: readonly PyValue[]): Column {
  const data = cells.map((cell) => (typeof cell === 'string' ? cell : null))
  checkEncodable(data)
  return data.includes(null) ? { name, dtype: 'str', data, objects: cells } : { name, dtype: 'str', data }
}

function floatsOf(cells: readonly PyValue[]): Float64Array {
  const data = new Float64Array(cells.length)
  for (let i = 0; i < cells.length; i++) data[i] = cells[i] === null ? Number.NaN : Number(cells[i])
  return data
}

/** What kinds of objects a column holds. */
class SeenCells {
  #booleans = 0
  #integers = 0
  #floats = 0
  #texts = 0
  #nones = 0
  #nans = 0
  #negative = false
  #beyondInt64 = false
  #beyondUint64 = false
  readonly #count: number

  constructor(cells: readonly PyValue[]) {
    this.#count = cells.length
    for (const cell of cells) this.#see(cell)
  }

  #see(cell: PyValue): void {
    if (typeof cell === 'number') {
      if (Number.isNaN(cell)) this.#nans += 1
      else this.#floats += 1
    } else if (typeof cell === 'bigint') this.#seeInteger(cell)
    else if (typeof cell === 'string') this.#texts += 1
    else if (typeof cell === 'boolean') this.#booleans += 1
    else if (cell === null) this.#nones += 1
  }

  #seeInteger(value: bigint): void {
    this.#integers += 1
    if (value < 0n) this.#negative = true
    if (BigInt.asIntN(64, value) === value) return
    this.#beyondInt64 = true
    if (BigInt.asUintN(64, value) !== value) this.#beyondUint64 = true
  }

  dtype(): Column['dtype'] {
    const count = this.#count
    if (count === 0 || this.#nones === count) return 'object'
    if (this.#booleans === count) return 'bool'
    const missing = this.#nones + this.#nans
    if (this.#texts > 0) return this.#texts + missing === count ? 'str' : 'object'
    if (this.#integers + this.#floats + missing !== count) return 'object'
    if (this.#beyondUint64 || (this.#beyondInt64 && this.#negative)) return 'object'
    if (this.#integers < count) return 'float64'
    return this.#beyondInt64 ? 'uint64' : 'int64'
  }
}
