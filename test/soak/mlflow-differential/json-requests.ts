import { CellMaker, type ColumnKind } from './json-cells.ts'
import type { ModelOutline } from './model-outline.ts'
import { paramsText } from './param-requests.ts'
import type { Random } from './random.ts'

const STRAY_NAMES = ['zz', 'c1', 'x', 'X', 'k', '0', '', 'é', 'a', '__proto__', 'predictions']

/** The text of one JSON body for the model: any of the four forms, well-formed or with a few mistakes. */
export function jsonRequest(random: Random, model: ModelOutline): string {
  const form = random.weighted({ split: 8, records: 5, inputs: 9, instances: 6, envelope: 1.2 })
  switch (form) {
    case 'split':
      return envelope(random, model, 'dataframe_split', splitText(random, model))
    case 'records':
      return envelope(random, model, 'dataframe_records', recordsText(random, model))
    case 'envelope':
      return oddEnvelope(random, model)
    default:
      return envelope(random, model, form, valueText(random, model))
  }
}

function envelope(random: Random, model: ModelOutline, form: string, value: string): string {
  const entries = [`"${form}": ${value}`]
  if (random.chance(model.hasParams ? 0.5 : 0.04)) entries.push(`"params": ${paramsText(random)}`)
  if (random.chance(0.02)) entries.push('"signature_name": "serving_default"')
  if (random.chance(0.01)) entries.push(`"${form}": ${valueText(random, model)}`)
  return `{${random.shuffled(entries).join(', ')}}`
}

function oddEnvelope(random: Random, model: ModelOutline): string {
  const value = random.pick([splitText, recordsText, valueText])(random, model)
  const key = random.pick(['messages', 'prompt', 'input', 'data', 'inputs', 'columns', 'Inputs'])
  const other = random.pick([...model.inputs, ...model.columns]).name
  return random.pick([
    value,
    `{"${key}": ${value}}`,
    `{"${key}": ${value}, "inputs": ${valueText(random, model)}}`,
    `{"${key}": "a", ${JSON.stringify(other)}: ${valueText(random, model)}}`,
    `{"inputs": ${value}, "instances": ${value}}`,
    `{"inputs": ${value}`,
    `{"inputs": ${value},}`,
    `{"inputs": ${value}} x`,
    `\ufeff{"inputs": ${value}}`,
    `{"inputs": ${value}, "inputs": ${valueText(random, model)}}`,
    `  {"inputs" : ${value} }\n`,
  ])
}

function splitText(random: Random, model: ModelOutline): string {
  const columns = frameColumns(random, model)
  const rows = rowCount(random)
  const makers = columns.map(({ kind }) => new CellMaker(random, kind))
  const data = random.times(rows, () => list(makers.map((maker) => maker.cell())))
  if (rows > 0 && random.chance(0.06))
    data[random.below(rows)] = random.pick(['[]', '[1]', '[1,2,3,4,5]', '1', 'null', '{}'])
  const entries = [
    `"data": ${random.chance(0.02) ? random.pick(['{}', 'null', '[1,2,3]', '"x"', '1']) : list(data)}`,
  ]
  if (random.chance(0.93)) entries.push(`"columns": ${columnNames(random, columns)}`)
  if (random.chance(0.1)) entries.push(`"index": ${indexText(random, rows)}`)
  if (random.chance(0.01)) entries.push('"extra": 1')
  return `{${random.shuffled(entries).join(', ')}}`
}

function indexText(random: Random, rows: number): string {
  if (random.chance(0.25)) return random.pick(['[]', '[0]', 'null', '5', '"a"', '[1,2,3,4,5,6]', '[[1,2]]'])
  return list(random.times(rows, () => random.pick(['0', '1', '7', '"a"', 'null', '1.5', 'true'])))
}

function columnNames(random: Random, columns: readonly { readonly name: string }[]): string {
  if (random.chance(0.04))
    return random.pick([
      'null',
      '"c1"',
      '[]',
      '[0,1,2]',
      '5',
      '[["c1"]]',
      '[null]',
      '{"c1":0}',
      '[1.5,2,true]',
    ])
  const names = columns.map(({ name }) => JSON.stringify(name))
  if (random.chance(0.03)) names.pop()
  return list(names)
}

/** The model's columns in order, mostly; else shuffled, one short, one more, or one twice. */
function frameColumns(random: Random, model: ModelOutline): ModelOutline['columns'] {
  const { columns } = model
  switch (random.weighted({ same: 12, shuffled: 2, short: 1, more: 2, twice: 1, renamed: 0.7, inputs: 1 })) {
    case 'shuffled':
      return random.shuffled(columns)
    case 'short':
      return random.shuffled(columns).slice(1)
    case 'more':
      return random.shuffled([...columns, { name: random.pick(STRAY_NAMES), kind: anyKind(random) }])
    case 'twice':
      return random.shuffled([...columns, random.pick(columns)])
    case 'renamed':
      return columns.map(({ kind }) => ({ name: random.pick(STRAY_NAMES), kind }))
    case 'inputs':
      return model.inputs
    default:
      return columns
  }
}

function anyKind(random: Random): ColumnKind {
  return random.pick(['float', 'integer', 'boolean', 'text'] as const)
}

function recordsText(random: Random, model: ModelOutline): string {
  if (random.chance(0.05))
    return random.pick([
      '[]',
      '{}',
      '[[]]',
      '[1,2]',
      '"x"',
      'null',
      '[null]',
      '[[1.5,2.5,3.5]]',
      '[{}]',
      '[{},{}]',
      '1',
    ])
  const columns = frameColumns(random, model)
  const makers = columns.map(({ name, kind }) => ({ name, maker: new CellMaker(random, kind) }))
  const leavesOut = random.chance(0.15)
  const rows = random.times(Math.max(1, rowCount(random)), () => {
    const present = leavesOut ? makers.filter(() => random.chance(0.8)) : makers
    return object(present.map(({ name, maker }) => [name, maker.cell()]))
  })
  if (random.chance(0.03)) rows.push(random.pick(['1', 'null', '[]', '[1,2]', '"a"']))
  return list(rows)
}

/** The value of `inputs` or `instances`. */
function valueText(random: Random, model: ModelOutline): string {
  switch (random.weighted({ list: 6, object: 6, records: 3, scalar: 0.8, odd: 0.5 })) {
    case 'list':
      return arrayText(random, random.pick(model.inputs), rowCount(random))
    case 'object':
      return objectText(random, model)
    case 'records':
      return recordsText(random, model)
    case 'scalar':
      return new CellMaker(random, random.pick(model.inputs).kind).cell()
    default:
      return random.pick([
        '[]',
        '[[]]',
        '[[[]]]',
        '{}',
        '[{}]',
        '[1,[2]]',
        '[[1],[2,3]]',
        '[null]',
        '[{"a":[]}]',
        '""',
        '[[],[]]',
      ])
  }
}

function objectText(random: Random, model: ModelOutline): string {
  const rows = rowCount(random)
  const byInput = random.chance(0.5)
  const entries: [string, string][] = byInput
    ? model.inputs.map((input) => [input.name, arrayText(random, input, rows)])
    : frameColumns(random, model).map(({ name, kind }) => [name, columnText(random, kind, rows)])
  if (random.chance(0.05)) entries.pop()
  if (random.chance(0.05)) entries.push([random.pick(STRAY_NAMES), columnText(random, anyKind(random), rows)])
  return object(random.chance(0.1) ? random.shuffled(entries) : entries)
}

function columnText(random: Random, kind: ColumnKind, rows: number): string {
  const maker = new CellMaker(random, kind)
  const count = random.chance(0.06) ? rowCount(random) : rows
  switch (random.weighted({ flat: 10, column: 2, scalar: 1, row: 0.7 })) {
    case 'column':
      return list(maker.cells(count).map((cell) => list([cell])))
    case 'scalar':
      return maker.cell()
    case 'row':
      return list([list(maker.cells(count))])
    default:
      return list(maker.cells(count))
  }
}

/** An array of the input's shape, mostly; else with a dimension more, less or of another size, or ragged. */
function arrayText(random: Random, { kind, row }: ModelOutline['inputs'][number], rows: number): string {
  const maker = new CellMaker(random, kind)
  let shape: readonly number[] = [rows, ...row]
  switch (random.weighted({ same: 14, wrapped: 1, flat: 1.5, size: 1, ragged: 0.7 })) {
    case 'wrapped':
      shape = random.pick([
        [1, ...shape],
        [...shape, 1],
      ])
      break
    case 'flat':
      shape = random.pick([shape.slice(1), shape.slice(0, -1), row, [rows]])
      break
    case 'size':
      shape = shape.map((size, i) => (i > 0 && random.chance(0.7) ? random.below(4) + 1 : size))
      break
    case 'ragged':
      return list([nested(shape.slice(1), maker), nested(row.length === 0 ? [1] : [], maker)])
  }
  return nested(shape.slice(0, 5), maker)
}

function nested([size, ...inner]: readonly number[], maker: CellMaker): string {
  if (size === undefined) return maker.cell()
  return list(Array.from({ length: size }, () => nested(inner, maker)))
}

function rowCount(random: Random): number {
  return Number(random.weighted({ 0: 1, 1: 6, 2: 6, 3: 3, 4: 1, 20: 0.4 }))
}

function list(items: readonly string[]): string {
  return `[${items.join(', ')}]`
}

function object(entries: readonly (readonly [name: string, value: string])[]): string {
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(', ')}}`
}
