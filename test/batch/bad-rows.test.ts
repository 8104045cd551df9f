import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { csvOfRows, predict } from './support/batch-files.ts'
import { csvWithBadRows, isBroken, newFile, outputOf, ROWS, records, write } from './support/batch-rows.ts'

/** Each run starts threads of its own, which takes long where the machine has other work. */
describe('rows that fail', () => {
  it('end the run at the first of them, without an output', async () => {
    const output = newFile('csv')
    const run = predict({ inputPath: write('csv', csvWithBadRows()), output })
    await expect(run).rejects.toThrow(/^Row 7 \(line 9\) cannot be predicted: /)
    expect(existsSync(output)).toBe(false)
  })

  it('are listed with their numbers, lines and texts, and the others predicted as without them', async () => {
    const good = csvOfRows(ROWS)
      .split('\n')
      .filter((_, line) => line === 0 || !isBroken(line - 1))
    const expected = await outputOf('csv', { inputPath: write('csv', good.join('\n')) })
    const badRowsPath = newFile('jsonl')
    const inputPath = write('csv', csvWithBadRows())
    expect(await outputOf('csv', { inputPath, badRowsPath })).toBe(expected)
    const bad = readFileSync(badRowsPath, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(bad.map(({ row, line }) => [row, line])).toEqual(
      [7, 57, 107, 157, 207, 257].map((row) => [row, row + 2]),
    )
    expect(bad[0]).toEqual({
      row: 7,
      line: 9,
      input: expect.stringMatching(/^oops,/),
      error: expect.stringContaining('oops'),
    })
  })

  it('may be lines that are no JSON', async () => {
    const lines = records()
      .slice(0, 4)
      .map((row) => JSON.stringify(row))
    const inputPath = write('jsonl', [lines[0], '{"oops', '', lines[1], '1 2', lines[2]].join('\n'))
    const badRowsPath = newFile('jsonl')
    const output = await outputOf('jsonl', { inputPath, badRowsPath })
    expect(output.trim().split('\n')).toHaveLength(3)
    const bad = readFileSync(badRowsPath, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(bad.map(({ row, line, input }) => [row, line, input])).toEqual([
      [1, 2, '{"oops'],
      [3, 5, '1 2'],
    ])
  })

  it('may be rows of a document, large or small', async () => {
    const rows = records().slice(0, 4)
    const text = JSON.stringify({
      dataframe_records: [rows[0], { ...rows[1], 'mean area': 'oops' }, rows[2]],
    })
    for (const blockBytes of [100, 1_000_000]) {
      const badRowsPath = newFile('jsonl')
      const output = await outputOf('jsonl', { inputPath: write('json', text), badRowsPath, blockBytes })
      expect(output.trim().split('\n')).toHaveLength(2)
      expect(JSON.parse(readFileSync(badRowsPath, 'utf8'))).toMatchObject({ row: 1 })
    }
  })

  it('do not hide that the file has not the columns of the model', async () => {
    const inputPath = write('csv', 'a,b\n1,2\n')
    const run = predict({ inputPath, output: newFile('csv'), badRowsPath: newFile('jsonl') })
    await expect(run).rejects.toThrow('missing inputs')
  })
})
