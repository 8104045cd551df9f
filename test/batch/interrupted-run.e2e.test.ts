import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { PassThrough } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { csvOfRows, predict } from './support/batch-files.ts'
import { csvWithBadRows, folder, input, newFile, outputOf, ROWS, write } from './support/batch-rows.ts'

/** Each run starts threads of its own, which takes long where the machine has other work. */
describe('a run that is interrupted', () => {
  it.each(['csv', 'json', 'parquet'])('is gone on with, and the %s is the same', async (format) => {
    const badRowsPath = newFile('jsonl')
    const inputPath = write('csv', csvWithBadRows())
    const expected = await outputOf(format, { inputPath, badRowsPath })
    const expectedBad = readFileSync(badRowsPath, 'utf8')
    const output = newFile(format)
    const run = { inputPath, output, badRowsPath: newFile('jsonl'), resume: true }
    const stop = new AbortController()
    const stopped = await predict({
      ...run,
      signal: stop.signal,
      onProgress: (rows) => rows > 100 && stop.abort(),
    })
    expect(stopped.finished).toBe(false)
    expect(existsSync(output)).toBe(false)
    const resumed = await predict(run)
    if (format !== 'parquet') expect(resumed.resumedRows).toBeGreaterThan(100)
    expect(resumed).toMatchObject({ finished: true, rows: ROWS, badRows: 6 })
    expect(readFileSync(output, 'latin1')).toBe(expected)
    expect(readFileSync(run.badRowsPath, 'utf8')).toBe(expectedBad)
    const names = readdirSync(folder).filter((name) => name.startsWith(`${basename(output)}.`))
    expect(names).toEqual([])
  })

  it('does not wait for a pipe that nobody writes to', async () => {
    for (const rows of ['', csvOfRows(3)]) {
      const stdin = new PassThrough()
      stdin.write(rows)
      const stop = new AbortController()
      const run = predict({ stdin, inputFormat: 'csv', signal: stop.signal })
      await setTimeout(500)
      stop.abort()
      expect(await run).toMatchObject({ finished: false })
    }
  })

  it('is not gone on with when the input is another', async () => {
    const inputPath = write('csv', csvOfRows(ROWS))
    const output = newFile('csv')
    const stop = new AbortController()
    await predict({ inputPath, output, signal: stop.signal, onProgress: () => stop.abort() })
    writeFileSync(inputPath, csvOfRows(ROWS + 1))
    await expect(predict({ inputPath, output, resume: true })).rejects.toThrow('the input changed')
    expect(await predict({ inputPath, output })).toMatchObject({ rows: ROWS + 1, resumedRows: 0 })
  })

  it('keeps what an earlier one has left where it is stopped before it writes', async () => {
    const output = newFile('csv')
    const stop = new AbortController()
    await predict({ inputPath: input, output, signal: stop.signal, onProgress: () => stop.abort() })
    const left = readFileSync(`${output}.partial`, 'utf8')
    const again = await predict({ inputPath: input, output, signal: AbortSignal.abort() })
    expect(again).toMatchObject({ rows: 0, finished: false })
    expect(readFileSync(`${output}.partial`, 'utf8')).toBe(left)
    const resumed = await predict({ inputPath: input, output, resume: true, signal: AbortSignal.abort() })
    expect(resumed.rows).toBeGreaterThan(0)
    expect(resumed.rows).toBe(resumed.resumedRows)
  })
})
