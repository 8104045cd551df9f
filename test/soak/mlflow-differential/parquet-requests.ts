import type { ColumnKind } from './json-cells.ts'
import type { ModelOutline } from './model-outline.ts'
import type { Random } from './random.ts'

/** What the Python side writes as a parquet file, with pyarrow; `type` is the name of an Arrow type. */
export interface ParquetSpec {
  readonly columns: readonly ParquetColumn[]
  readonly pandas: boolean
  readonly index?: readonly (number | string)[]
  readonly indexName?: string
  readonly compression: string
  readonly dictionary: boolean
}

interface ParquetColumn {
  readonly name: string
  readonly type: string
  readonly values: readonly ParquetValue[]
}

type ParquetValue = number | string | boolean | null | readonly number[] | { readonly a: number }

const TYPES: Readonly<Record<ColumnKind, readonly string[]>> = {
  float: ['float64', 'float64', 'float32', 'float16', 'decimal'],
  integer: ['int64', 'int64', 'int32', 'int16', 'int8', 'uint8', 'uint16', 'uint32', 'uint64'],
  boolean: ['bool_'],
  text: ['string', 'large_string', 'binary', 'dictionary'],
}
const RARE = ['timestamp_ns', 'timestamp_us', 'timestamp_tz', 'date32', 'time64', 'list', 'struct', 'null']

/** One parquet body for the model: all Arrow types, nulls, with or without pandas' own metadata. */
export function parquetRequest(random: Random, model: ModelOutline): ParquetSpec {
  const rows = Number(random.weighted({ 0: 1, 1: 4, 2: 5, 3: 4 }))
  const columns = parquetColumns(random, model).map(({ name, kind }) =>
    parquetColumn(random, name, kind, rows),
  )
  const pandas = random.chance(0.5)
  const index = pandas && random.chance(0.3) ? random.times(rows, () => random.pick([1, 2, 7, 9])) : undefined
  return {
    columns,
    pandas,
    ...(index === undefined || index.length === 0 ? {} : { index }),
    ...(index !== undefined && random.chance(0.5)
      ? { indexName: random.pick(['id', columns[0]?.name ?? 'i']) }
      : {}),
    compression: random.pick(['snappy', 'none', 'gzip', 'zstd']),
    dictionary: random.chance(0.7),
  }
}

function parquetColumns(random: Random, { columns }: ModelOutline): ModelOutline['columns'] {
  switch (random.weighted({ same: 12, shuffled: 2, short: 1, more: 2 })) {
    case 'shuffled':
      return random.shuffled(columns)
    case 'short':
      return columns.length > 1 ? columns.slice(1) : columns
    case 'more':
      return [...columns, { name: 'zz', kind: random.pick(['float', 'text'] as const) }]
    default:
      return columns
  }
}

function parquetColumn(random: Random, name: string, kind: ColumnKind, rows: number): ParquetColumn {
  const group = random.chance(0.8) ? TYPES[kind] : random.chance(0.6) ? TYPES[random.pick(KINDS)] : RARE
  const type = random.pick(group)
  const nulls = random.chance(0.25) ? random.pick([0.3, 1]) : 0
  return { name, type, values: random.times(rows, () => (random.chance(nulls) ? null : value(random, type))) }
}

const KINDS = ['float', 'integer', 'boolean', 'text'] as const

function value(random: Random, type: string): ParquetValue {
  if (/^float|^decimal/.test(type)) return random.pick([1.5, -2.25, 0, 1, 3, 0.5])
  if (/^u?int|^timestamp|^date|^time/.test(type)) return random.pick([0, 1, 1, 5, 100])
  switch (type) {
    case 'bool_':
      return random.chance(0.5)
    case 'list':
      return random.pick([[1.5], [1, 2], []])
    case 'struct':
      return { a: 1 }
    case 'null':
      return null
    default:
      return random.pick(['a', 'é', '5', '1.5', '', 'true'])
  }
}
