import { readFileSync } from 'node:fs'

/** Rows that `record.py` wrote. */
export function readRecorded<Row extends readonly unknown[]>(name: string): readonly Row[] {
  const lines = readFileSync(new URL(name, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  return lines.map((line) => JSON.parse(line) as Row)
}
