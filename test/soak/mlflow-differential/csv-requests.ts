import type { ColumnKind } from './json-cells.ts'
import type { ModelOutline } from './model-outline.ts'
import type { Random } from './random.ts'

const CELLS: Readonly<Record<ColumnKind | 'odd', readonly string[]>> = {
  float: ['1.5', '0.1', '-2.25', '1e-3', '5.5', '3', '1e10', '-0.0', '.5', '5.', '1E2', '+1.5'],
  integer: ['1', '0', '-3', '7', '12', '2147483648', '9007199254740993', '+4', '007'],
  boolean: ['true', 'false', 'True', 'FALSE', '1', '0'],
  text: ['a', 'b c', 'é', '日本', '"x,y"', '"say ""hi"""', "it's", '12', '1.5', '#', 'True'],
  odd: [
    ...[
      '',
      '',
      'NA',
      'nan',
      'NaN',
      'None',
      'null',
      'N/A',
      '#N/A',
      '-nan',
      'inf',
      '-inf',
      'Infinity',
      '<NA>',
      'n/a',
    ],
    ...[
      ' 1',
      '1 ',
      ' ',
      '""',
      '"1"',
      '"1.5"',
      '"a"b',
      'a"b',
      '1e400',
      '1e39',
      '9223372036854775808',
      '1,000',
      '0x1F',
    ],
    ...[
      '18446744073709551616',
      'x',
      'true',
      'yes',
      '2024-01-01',
      '1_000',
      '1.5.2',
      '--1',
      '\t1',
      'NULL',
      '1e',
      'e5',
    ],
    '-9223372036854775809',
  ],
}

const BODIES = [
  '',
  '\n',
  ',',
  ',\n',
  'c1',
  'c1\n',
  '\n\n1\n',
  '"',
  '"a\n1\n',
  ' \n1\n',
  '\ufeff',
  '\r',
  'a,a.1,a\n1,2,3\n',
]

/** The text of one CSV body for the model. */
export function csvRequest(random: Random, model: ModelOutline): string {
  if (random.chance(0.02)) return random.pick(BODIES)
  const columns = csvColumns(random, model)
  const lines = [columns.map(({ name }) => headerCell(random, name)).join(',')]
  const rows = Number(random.weighted({ 0: 1, 1: 5, 2: 6, 3: 4, 5: 1, 30: 0.3 }))
  const odd = random.chance(0.6) ? random.pick([0.1, 0.3, 1]) : 0
  const kinds = columns.map(({ kind }) =>
    random.chance(0.12) ? random.pick(['float', 'integer', 'boolean', 'text'] as const) : kind,
  )
  for (let i = 0; i < rows; i++) lines.push(line(random, kinds, odd))
  return ending(random, lines)
}

function csvColumns(random: Random, { columns, inputs }: ModelOutline): ModelOutline['columns'] {
  switch (random.weighted({ same: 14, shuffled: 2, short: 1, more: 2, twice: 1, inputs: 1 })) {
    case 'shuffled':
      return random.shuffled(columns)
    case 'short':
      return columns.length > 1 ? columns.slice(1) : columns
    case 'more':
      return random.shuffled([
        ...columns,
        { name: random.pick(['zz', '', 'Unnamed: 0', '0']), kind: 'integer' },
      ])
    case 'twice':
      return [...columns, random.pick(columns)]
    case 'inputs':
      return inputs
    default:
      return columns
  }
}

function headerCell(random: Random, name: string): string {
  if (random.chance(0.03)) return `"${name}"`
  return random.chance(0.02) ? random.pick([` ${name}`, `${name} `, '', `${name}.1`]) : name
}

function line(random: Random, kinds: readonly ColumnKind[], odd: number): string {
  const cells = kinds.map((kind) => random.pick(random.chance(odd) ? CELLS.odd : CELLS[kind]))
  if (random.chance(0.04)) cells.push(random.pick(['', '9', 'x']))
  if (random.chance(0.04)) cells.pop()
  return cells.join(',')
}

function ending(random: Random, lines: readonly string[]): string {
  const newline = random.weighted({ '\n': 12, '\r\n': 2, '\r': 0.5 })
  const withBlanks = random.chance(0.05)
    ? lines.flatMap((text) => (random.chance(0.3) ? [text, ''] : [text]))
    : lines
  const text = withBlanks.join(newline) + (random.chance(0.8) ? newline : '')
  return random.chance(0.03) ? `\ufeff${text}` : text
}
