import { type NumberList, NumberTraits } from '../../json-numbers/number-list.ts'
import type { NumberScanner } from '../../json-numbers/number-scanner.ts'

const { NULL, BOOLEAN, LARGE_INTEGER } = NumberTraits

/** The cells of a frame where the scanner has put them. */
export interface CellGrid {
  readonly rows: number
  /** What was seen in any of them, bits of `NumberTraits`. */
  readonly traits: number
  readonly values: Float64Array
  /** Where each column begins in `values`. */
  readonly starts: readonly number[]
  /** From a row to the next. */
  readonly step: number
  /** Where all cells, row by row, are one list. */
  readonly whole: NumberList | undefined
}

/** How the cells of a frame stand among the numbers of the bodies of one skeleton. */
export interface CellLayout {
  /** Of the columns, in the order in which they are given. */
  readonly names: readonly string[]
  /** Undefined for what is no frame, or none with rows. */
  grid(lists: readonly NumberList[], scanner: NumberScanner): CellGrid | undefined
}

/** Row by row in one list. */
export class MatrixLayout implements CellLayout {
  readonly names: readonly string[]
  readonly #place: number
  readonly #index: number | readonly string[] | undefined
  readonly #starts: readonly number[]
  readonly #isNamed: boolean

  /**
   * @param given undefined for as many columns as there are.
   * @param index place of a list with a number a row, or the labels themselves.
   */
  constructor(
    given: readonly string[] | undefined,
    place: number,
    index: number | readonly string[] | undefined,
  ) {
    const names = given ?? []
    this.names = names
    this.#isNamed = given !== undefined
    this.#place = place
    this.#index = index
    this.#starts = names.map((_, i) => i)
  }

  grid(lists: readonly NumberList[], scanner: NumberScanner): CellGrid | undefined {
    const list = lists[this.#place]!
    const { shape, traits } = list
    const [rows = 0, width] = shape
    if (shape.length !== 2 || rows === 0 || width === undefined) return undefined
    if (this.#isNamed && width !== this.names.length) return undefined
    if (!this.#fitsIndex(lists, rows)) return undefined
    return { rows, traits, values: scanner.float64(list), starts: this.#starts, step: width, whole: list }
  }

  #fitsIndex(lists: readonly NumberList[], rows: number): boolean {
    const index = this.#index
    if (index === undefined) return true
    if (typeof index !== 'number') return index.length === rows
    const { shape } = lists[index]!
    return shape.length === 1 && shape[0] === rows
  }
}

/** A list each, or a lone number each. */
export class ColumnsLayout implements CellLayout {
  readonly names: readonly string[]
  readonly #places: readonly number[]
  readonly #mayBeLone: boolean

  constructor(names: readonly string[], places: readonly number[], mayBeLone: boolean) {
    this.names = names
    this.#places = places
    this.#mayBeLone = mayBeLone
  }

  grid(lists: readonly NumberList[], scanner: NumberScanner): CellGrid | undefined {
    const { shape, count: rows } = lists[this.#places[0]!]!
    const rank = shape.length
    if (rank > 1 || rows === 0 || (rank === 0 && !this.#mayBeLone)) return undefined
    let traits = 0
    for (const place of this.#places) {
      const list = lists[place]!
      if (list.shape.length !== rank || list.count !== rows) return undefined
      traits |= list.traits
    }
    return this.#gridOf(lists, scanner, rows, traits)
  }

  #gridOf(lists: readonly NumberList[], scanner: NumberScanner, rows: number, traits: number): CellGrid {
    const starts = this.#places.map((place) => lists[place]!.start)
    const whole = starts.length === 1 ? lists[this.#places[0]!] : undefined
    return { rows, traits, values: allValues(lists, scanner), starts, step: 1, whole }
  }
}

/** A cell of records: the place of a lone number, or a word of JSON. */
export type Cell = number | boolean | null

/** Lone numbers, in an object each row. */
export class RecordsLayout implements CellLayout {
  readonly names: readonly string[]
  /** Row by row, in the order of the names. */
  readonly #cells: readonly Cell[]
  readonly #rows: number
  readonly #starts: readonly number[]
  /** The place of the first cell where the others follow it, cell by cell. */
  readonly #first: number | undefined

  constructor(names: readonly string[], cells: readonly Cell[]) {
    this.names = names
    this.#cells = cells
    this.#rows = cells.length / names.length
    this.#starts = names.map((_, i) => i)
    const first = cells[0]
    const isInOrder = typeof first === 'number' && cells.every((place, i) => place === first + i)
    this.#first = isInOrder ? first : undefined
  }

  grid(lists: readonly NumberList[], scanner: NumberScanner): CellGrid | undefined {
    return this.#first === undefined
      ? this.#scattered(lists, scanner)
      : this.#inOrder(lists, scanner, this.#first)
  }

  #inOrder(lists: readonly NumberList[], scanner: NumberScanner, first: number): CellGrid | undefined {
    const count = this.#cells.length
    let traits = 0
    for (let place = first; place < first + count; place++) {
      const list = lists[place]!
      if (list.shape.length > 0) return undefined
      traits |= list.traits
    }
    // Digits of an integer that a double does not hold would be looked for in a list of the body.
    if ((traits & LARGE_INTEGER) !== 0) return undefined
    const whole = { shape: [this.#rows, this.names.length], count, start: lists[first]!.start, traits }
    return this.#gridOf(scanner.float64(whole), traits, whole)
  }

  #scattered(lists: readonly NumberList[], scanner: NumberScanner): CellGrid | undefined {
    const all = allValues(lists, scanner)
    const values = new Float64Array(this.#cells.length)
    let traits = 0
    for (let i = 0; i < values.length; i++) {
      const cell = this.#cells[i]!
      if (typeof cell !== 'number') {
        values[i] = cell === null ? Number.NaN : Number(cell)
        traits |= cell === null ? NULL : BOOLEAN
        continue
      }
      const list = lists[cell]!
      if (list.shape.length > 0) return undefined
      values[i] = all[list.start]!
      traits |= list.traits
    }
    return this.#gridOf(values, traits, undefined)
  }

  #gridOf(values: Float64Array, traits: number, whole: NumberList | undefined): CellGrid {
    return { rows: this.#rows, traits, values, starts: this.#starts, step: this.names.length, whole }
  }
}

function allValues(lists: readonly NumberList[], scanner: NumberScanner): Float64Array {
  const last = lists[lists.length - 1]
  return scanner.float64({
    shape: [],
    start: 0,
    count: last === undefined ? 0 : last.start + last.count,
    traits: 0,
  })
}
