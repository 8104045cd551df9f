import type { Random } from './random.ts'

/** Texts of JSON values, so that `1e400`, `-0.0` and NaN can be said. */
export const CELL_POOLS = {
  floats: ['1.5', '0.1', '-2.25', '3.0', '5.5', '2.5', '0.7', '-1e-3', '100.25'],
  oddFloats: [
    '1e-7',
    '1e16',
    '1e39',
    '1e308',
    '1e400',
    '-1e400',
    '-0.0',
    '65504.5',
    '70000.0',
    '1e-320',
    '0.1e1',
    '1E5',
  ],
  smallInts: ['0', '1', '-1', '5', '2', '3', '7'],
  oddInts: [
    '-0',
    '127',
    '128',
    '255',
    '256',
    '-129',
    '2147483647',
    '2147483648',
    '-2147483649',
    '9007199254740993',
  ],
  bigInts: [
    ...['9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809'],
    ...['18446744073709551615', '18446744073709551616', '123456789012345678901234567890'],
  ],
  nans: ['NaN', 'Infinity', '-Infinity', 'null'],
  bools: ['true', 'false'],
  nulls: ['null'],
  words: ['"a"', '"abc"', '"é"', '"日本"', '"\\ud83d\\ude00"', '"x,y"', '"yes"', '""', '"\\u0000"', '"a b"'],
  numericTexts: [
    '"5"',
    '"1.5"',
    '"-3"',
    '" 7 "',
    '"1e3"',
    '"+5"',
    '".5"',
    '"1."',
    '"0"',
    '"1"',
    '"1_000"',
    '"٣"',
  ],
  oddTexts: [
    ...[
      '"nan"',
      '"NaN"',
      '"inf"',
      '"-Infinity"',
      '"None"',
      '"true"',
      '"False"',
      '"TRUE"',
      '"null"',
      '"0x10"',
    ],
    ...[
      '"1e400"',
      '"5\\n"',
      '"1,5"',
      '"9223372036854775808"',
      '"1e"',
      '"--1"',
      '"1__0"',
      '"3000000000"',
      '"1j"',
    ],
  ],
  dates: [
    ...['"2024-01-01"', '"2024-01-01T00:00:00"', '"2024-01-01T00:00:00Z"', '"2024-01-01T10:00:00+02:00"'],
    ...['"01/02/2024"', '"2024"', '"NaT"', '"now"'],
  ],
  surrogates: ['"\\ud800"', '"a\\udfff"', '"\\ude00\\ud83d"'],
  base64: ['"YWJj"', '"YWJ"', '"$$$$"', '"YQ=="', '"YQ="'],
  lists: [
    '[]',
    '[1]',
    '[1.5]',
    '[1,2]',
    '[1.5,2.5,3.5]',
    '["a"]',
    '["5"]',
    '[true]',
    '[null]',
    '[[1]]',
    '[[1,2],[3,4]]',
  ],
  objects: ['{}', '{"a":1}', '{"c1":1.5}', '{"k":[1]}'],
} as const

export type CellPool = keyof typeof CELL_POOLS

const MIXTURES = {
  floats: 10,
  smallInts: 6,
  oddFloats: 5,
  oddInts: 4,
  bigInts: 3,
  nans: 4,
  bools: 4,
  nulls: 2,
  words: 4,
  numericTexts: 5,
  oddTexts: 3,
  dates: 1,
  surrogates: 0.3,
  base64: 1,
  lists: 2,
  objects: 1,
} as const satisfies Record<CellPool, number>

/** The pools whose values a column of this type takes as they are. */
const FITTING: Readonly<Record<ColumnKind, readonly CellPool[]>> = {
  float: ['floats', 'floats', 'oddFloats', 'smallInts'],
  integer: ['smallInts', 'smallInts', 'oddInts'],
  boolean: ['bools'],
  text: ['words', 'words', 'numericTexts', 'oddTexts', 'dates'],
}

export type ColumnKind = 'float' | 'integer' | 'boolean' | 'text'

/** Makes the cells of one column: all of one pool, or one odd value among fitting ones, or anything. */
export class CellMaker {
  readonly #random: Random
  readonly #pools: readonly CellPool[]
  readonly #oddOne: CellPool | undefined

  constructor(random: Random, kind: ColumnKind) {
    this.#random = random
    const way = random.weighted({ fitting: 9, one: 4, odd: 3, mixed: 1.5 })
    const any = (): CellPool => random.weighted(MIXTURES)
    this.#pools =
      way === 'mixed' ? [any(), any(), any()] : [way === 'one' ? any() : random.pick(FITTING[kind])]
    this.#oddOne = way === 'odd' ? any() : undefined
  }

  cell(): string {
    const odd = this.#oddOne !== undefined && this.#random.chance(0.4)
    const pool = odd ? (this.#oddOne as CellPool) : this.#random.pick(this.#pools)
    return pool === 'floats' && this.#random.chance(0.4)
      ? this.#anyFloat()
      : this.#random.pick(CELL_POOLS[pool])
  }

  /** Any digits with any exponent, in the short form or not. */
  #anyFloat(): string {
    const magnitude = this.#random.next() * 10 ** (this.#random.below(44) - 22)
    const value = this.#random.chance(0.5) ? magnitude : -magnitude
    return this.#random.chance(0.3) ? value.toPrecision(1 + this.#random.below(21)) : `${value}`
  }

  cells(count: number): string[] {
    return this.#random.times(count, () => this.cell())
  }
}
