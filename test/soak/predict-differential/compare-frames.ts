import { messageOf, ServingError } from '../../../src/core/errors.ts'
import type { FrameText, PandasProcess, ReadAnswer } from './pandas-process.ts'

export interface FilesInit {
  readonly python: PandasProcess
  readonly folder: string
  readonly files: number
  readonly seed: number
}

/** How a file is read otherwise than by pandas. */
export interface FileDifference {
  /** How the file was made. */
  readonly file: string
  readonly what: string
  readonly pandas?: unknown
  readonly headrace?: unknown
}

/** An error that is not a ServingError is a defect, and rejects. */
export async function readAnswer(read: () => Promise<FrameText>): Promise<ReadAnswer> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof ServingError)) throw error
    return { error: messageOf(error) }
  }
}

/** The first thing that differs between two frames. */
export function frameDifference(
  pandas: FrameText,
  headrace: FrameText,
): Omit<FileDifference, 'file'> | undefined {
  const names = [pandas, headrace].map(({ columns }) => columns.map(({ name }) => name))
  if (String(names[0]) !== String(names[1])) {
    return { what: 'the names of columns', pandas: names[0], headrace: names[1] }
  }
  for (const [i, wanted] of pandas.columns.entries()) {
    const found = headrace.columns[i]
    if (wanted.dtype !== found?.dtype) {
      return { what: `the type of ${wanted.name}`, pandas: wanted, headrace: found }
    }
    const row = wanted.cells.findIndex((cell, at) => cell !== found.cells[at])
    if (row >= 0 || wanted.cells.length !== found.cells.length) {
      const what = `row ${row} of ${wanted.name}`
      return { what, pandas: wanted.cells[row], headrace: found.cells[row] }
    }
  }
  return undefined
}

/** What pandas has read, with numbers and types written as `frameText` writes them. */
export function normalized({ rows, columns }: FrameText): FrameText {
  return {
    rows,
    columns: columns.map(({ name, dtype, cells }) => ({
      name,
      dtype: dtype.startsWith('datetime64') ? 'datetime64' : dtype,
      cells: cells.map((cell) => (cell.startsWith('f') ? floatText(cell.slice(1)) : cell)),
    })),
  }
}

function floatText(python: string): string {
  const value = Number(python.replace('inf', 'Infinity'))
  return `f${Object.is(value, -0) ? '-0' : value}`
}
