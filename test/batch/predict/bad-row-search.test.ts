import { describe, expect, it } from 'vitest'
import type { BlockContent } from '../../../src/batch/block.ts'
import { BadRowSearch, type Predicted } from '../../../src/batch/predict/bad-row-search.ts'
import { CsvRows } from '../../../src/batch/predict/csv-rows.ts'
import { badRequest } from '../../../src/core/errors.ts'

const ROWS = 1_000

interface Found {
  readonly badRows: readonly number[]
  readonly lines: readonly (number | undefined)[]
  /** Ranges of rows that were predicted. */
  readonly good: number
  /** Rows that were read, over all attempts. */
  readonly read: number
}

/** Searches a block of CSV in which `isBad` says which rows fail. @param blames the decoder says which row it was. */
async function search(isBad: (row: number) => boolean, blames: boolean): Promise<Found> {
  const text = Array.from({ length: ROWS }, (_, row) => `${isBad(row) ? 'x' : row}\n`).join('')
  const block = { kind: 'csv', bytes: Buffer.from(text), firstLine: 2 } as const
  const rows = new CsvRows({ block, width: 1, read: () => ({ rows: 0, columns: [] }) })
  let read = 0
  const predict = async (part: BlockContent): Promise<Predicted> => {
    const cells = Buffer.from((part as typeof block).bytes)
      .toString()
      .trimEnd()
      .split('\n')
    read += cells.length
    const row = cells.indexOf('x')
    if (row >= 0) throw badRequest('not a number', blames ? { row } : {})
    return { rows: cells.length, outputs: new Map(), form: 'records' }
  }
  const found = new BadRowSearch({ rows, predict, keepGoing: true })
  const error = await predict(block).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  await found.search(0, ROWS, error)
  return {
    badRows: found.badRows.map(({ row }) => row),
    lines: found.badRows.map(({ line }) => line),
    good: found.parts.reduce((sum, part) => sum + part.rows, 0),
    read,
  }
}

describe.each([true, false])('the search for bad rows, with a decoder that blames one: %s', (blames) => {
  it.each([
    ['one', (row: number) => row === 617],
    ['the first and the last', (row: number) => row === 0 || row === ROWS - 1],
    ['every seventh', (row: number) => row % 7 === 3],
    ['all', () => true],
  ])('finds %s in their order, and predicts the others', async (_, isBad) => {
    const expected = Array.from({ length: ROWS }, (_, row) => row).filter(isBad)
    const { badRows, lines, good } = await search(isBad, blames)
    expect(badRows).toEqual(expected)
    expect(lines).toEqual(expected.map((row) => row + 2))
    expect(good).toBe(ROWS - expected.length)
  })

  it('reads a block of bad rows a few times, not once for each row', async () => {
    expect((await search(() => true, blames)).read).toBeLessThan(20 * ROWS)
  })
})
