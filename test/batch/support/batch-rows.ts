import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { csvOfRows, predict, type TestRun } from './batch-files.ts'

export const ROWS = 300
export const folder = temporaryFolder()
let files = 0
/** A CSV file of so many rows. */
export const input = write('csv', csvOfRows(ROWS))

export function newFile(extension: string): string {
  files += 1
  return join(folder, `file-${files}.${extension}`)
}

/** @returns the path of a new file. */
export function write(extension: string, content: string): string {
  const path = newFile(extension)
  writeFileSync(path, content)
  return path
}

/** What a run writes into a file of a format. */
export async function outputOf(extension: string, run: TestRun): Promise<string> {
  const output = newFile(extension)
  await predict({ inputPath: input, output, ...run })
  return readFileSync(output, 'latin1')
}

/** The rows as JSON records. */
export function records(): Record<string, number>[] {
  const [header = '', ...lines] = csvOfRows(ROWS).trimEnd().split('\n')
  const names = header.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, Number(cell)])))
}

export const isBroken = (row: number) => row % 50 === 7

/** The rows, of which some cannot be read. */
export function csvWithBadRows(): string {
  const [header = '', ...lines] = csvOfRows(ROWS).trimEnd().split('\n')
  const records = lines.map((line, row) => (isBroken(row) ? line.replace(/^[^,]*/, 'oops') : line))
  return `${[header, ...records].join('\n')}\n`
}
