import type { Random } from '../mlflow-differential/random.ts'

const KINDS: Readonly<Record<string, readonly string[]>> = {
  integers: ['0', '1', '-7', '123', '007', '+4', '2147483648', '9007199254740993'],
  floats: ['1.5', '-0.0', '1e-3', '.5', '5.', '1E2', '0.1', '1e308'],
  booleans: ['True', 'False', 'true', 'FALSE'],
  words: [
    'a',
    'b c',
    'é',
    '日本',
    '😀',
    '"x,y"',
    '"say ""hi"""',
    "it's",
    '"two\nlines"',
    '"two\r\nlines"',
    '#',
  ],
  quoted: ['"1"', '"2.5"', '"-3"', '"0"'],
  large: ['9223372036854775808', '18446744073709551615', '1'],
  huge: ['18446744073709551616', '-9223372036854775809', '5'],
  long: ['x'.repeat(300), `"${'y,'.repeat(200)}"`, 'z'],
}
const MISSING = ['', 'NA', 'nan', 'NaN', 'None', 'null', 'N/A', '#N/A', '<NA>', '""', 'n/a', 'NULL']
/** What makes a column of another kind, wherever it stands. */
const ODD = [
  'x',
  '1.5',
  'inf',
  '-inf',
  'true',
  ' 1',
  '1 ',
  '\t1',
  '"a"b',
  'a"b',
  '0x1F',
  '1_000',
  '9223372036854775808',
  '2024-01-01',
]

/** A CSV file of the cases that are hard to read in blocks: what decides a column's kind may come last. */
export function csvFile(random: Random): string {
  const width = Number(random.weighted({ 1: 2, 2: 3, 4: 4, 9: 2, 300: 0.2 }))
  const names = random.times(width, () => headerCell(random))
  const columns = names.map(() => columnMaker(random))
  const count = width > 100 ? 5 : random.below(random.pick([1, 4, 30, 120]))
  const newline = random.weighted({ '\n': 10, '\r\n': 3, '\r': 1 })
  const lines = random.times(count, () => columns.map((cell) => cell()).join(','))
  if (count > 0 && random.chance(0.4)) {
    const late = count - 1 - random.below(Math.min(count, 3))
    lines[late] = names.map(() => random.pick(random.chance(0.5) ? ODD : MISSING)).join(',')
  }
  if (random.chance(0.2)) makeRagged(random, lines)
  const withBlanks = random.chance(0.25)
    ? lines.flatMap((line) => (random.chance(0.3) ? [line, random.pick(['', '', ' ', '\t'])] : [line]))
    : lines
  const text = [names.join(','), ...withBlanks].join(newline) + (random.chance(0.8) ? newline : '')
  return random.chance(0.05) ? `\ufeff${text}` : text
}

function headerCell(random: Random): string {
  return random.pick([
    'a',
    'b',
    'c',
    'd',
    'e',
    'a',
    'a.1',
    '',
    '"a,b"',
    'é',
    ' x',
    '0',
    '"q""q"',
    'Unnamed: 0',
  ])
}

function columnMaker(random: Random): () => string {
  const cells = KINDS[random.pick(Object.keys(KINDS))] ?? []
  const missing = random.chance(0.3) ? 0.2 : 0
  return () => random.pick(random.chance(missing) ? MISSING : cells)
}

/** A line too short, or too long, or all of them longer than the header. */
function makeRagged(random: Random, lines: string[]): void {
  const at = random.below(lines.length)
  const line = lines[at]
  if (line === undefined) return
  switch (random.pick(['short', 'long', 'index'] as const)) {
    case 'short':
      lines[at] = line.slice(0, Math.max(0, line.lastIndexOf(',')))
      break
    case 'long':
      lines[at] = `${line},1`
      break
    default:
      for (const [i, each] of lines.entries()) lines[i] = `${i},${each}`
  }
}
