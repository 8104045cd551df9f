import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { csvOfRows, goldenCsv, modelFolder, predict, type TestRun } from './support/batch-files.ts'

/** Each run starts threads of its own, which takes long where the machine has other work. */
vi.setConfig({ testTimeout: 60_000 })

const ROWS = 300
const folder = temporaryFolder()
const input = join(folder, 'rows.csv')
let files = 0

function newFile(extension: string): string {
  files += 1
  return join(folder, `file-${files}.${extension}`)
}

/** What a run writes into a file of a format. */
async function outputOf(extension: string, run: TestRun): Promise<string> {
  const output = newFile(extension)
  await predict({ inputPath: input, output, ...run })
  return readFileSync(output, 'latin1')
}

function write(extension: string, text: string): string {
  const path = newFile(extension)
  writeFileSync(path, text)
  return path
}

function parquetOf(columnData: ColumnSource[]): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData }))
}

/** The rows as JSON records. */
function records(): Record<string, number>[] {
  const [header = '', ...lines] = csvOfRows(ROWS).trimEnd().split('\n')
  const names = header.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, Number(cell)])))
}

const broken = (row: number) => row % 50 === 7

/** The rows, of which some cannot be read. */
function csvWithBadRows(): string {
  const [header = '', ...lines] = csvOfRows(ROWS).trimEnd().split('\n')
  return `${[header, ...lines.map((line, row) => (broken(row) ? line.replace(/^[^,]*/, 'oops') : line))].join('\n')}\n`
}

beforeAll(() => writeFileSync(input, csvOfRows(ROWS)))

describe('a batch run', () => {
  it('writes the reply that the whole file in one request gets', async () => {
    const whole = await outputOf('json', { blockBytes: 10_000_000, batchRows: 1_000, workers: 1 })
    expect(JSON.parse(whole).predictions).toHaveLength(ROWS)
    expect(await outputOf('json', {})).toBe(whole)
  })

  it.each(['json', 'jsonl', 'csv', 'parquet'])(
    'writes the same %s with one worker and with several',
    async (format) => {
      expect(await outputOf(format, { workers: 3 })).toBe(await outputOf(format, { workers: 1 }))
    },
  )

  it.each(['jsonl', 'csv'])('writes %s that the shards make when they are put together', async (format) => {
    const whole = await outputOf(format, {})
    const header = format === 'csv' ? whole.slice(0, whole.indexOf('\n') + 1) : ''
    const parts: string[] = []
    for (const index of [0, 1, 2]) {
      const part = await outputOf(format, { shard: { index, count: 3 } })
      expect(part.startsWith(header)).toBe(true)
      parts.push(part.slice(header.length))
    }
    expect(parts.every((part) => part !== '')).toBe(true)
    expect(header + parts.join('')).toBe(whole)
  })

  it('gives the same predictions for the same rows in every format', async () => {
    const rows = records()
    const names = Object.keys(rows[0]!)
    const inputs = [
      write('jsonl', `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`),
      write('json', JSON.stringify({ dataframe_records: rows })),
      write(
        'json',
        JSON.stringify({ dataframe_split: { columns: names, data: rows.map((row) => Object.values(row)) } }),
      ),
      join(folder, 'appended.parquet'),
    ]
    await predict({ inputPath: input, output: inputs[3]!, append: true })
    const expected = await outputOf('csv', {})
    for (const inputPath of inputs) expect(await outputOf('csv', { inputPath })).toBe(expected)
  })

  it('reads a pipe and writes a pipe', async () => {
    const { stdout } = await predict({ stdin: csvOfRows(ROWS), inputFormat: 'csv', outputFormat: 'csv' })
    expect(stdout).toBe(await outputOf('csv', {}))
  })

  it('gives a model that takes rows together all of them, by the kinds of the whole file', async () => {
    const model = modelFolder('series/1')
    const cells = Array.from({ length: 80 }, (_, row) => (row === 40 ? '0.5' : String(row % 3)))
    const inputPath = write('csv', `scores\n${cells.join('\n')}\n`)
    const reply = JSON.parse(await outputOf('json', { model, inputPath, blockBytes: 20 })).predictions
    expect(reply.probabilities).toHaveLength(80)
    const sum = reply.probabilities.reduce((total: number, each: number) => total + each, 0)
    expect(reply.expected_positives[0]).toBeCloseTo(sum, 5)
  })

  it('keeps the lines of JSON together where types are found over all of them', async () => {
    const model = modelFolder('../test/protocol/mlflow-scoring/models/dbl_nosig')
    const rows = Array.from({ length: 40 }, (_, row) => ({ c1: row, c2: row === 30 ? 0.5 : 1 }))
    const inputPath = write('jsonl', rows.map((row) => JSON.stringify(row)).join('\n'))
    const whole = await outputOf('jsonl', { model, inputPath, blockBytes: 10_000_000 })
    expect(await outputOf('jsonl', { model, inputPath, blockBytes: 20 })).toBe(whole)
    const shard = { index: 0, count: 2 }
    await expect(predict({ model, inputPath, shard })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    })
  })

  it('reads the bytes of parquet as the scoring server does, and appends to them', async () => {
    const model = modelFolder('../test/protocol/mlflow-scoring/models/t2_cols')
    const inputPath = newFile('parquet')
    const texts = ['a', "it's"].map((text) => Buffer.from(text))
    writeFileSync(inputPath, parquetOf([{ name: 't', data: texts, type: 'BYTE_ARRAY' }]))
    const lines = (await outputOf('jsonl', { model, inputPath, append: true })).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { t: 'YQ==', u: "b'a'" },
      { t: 'aXQncw==', u: 'b"it\'s"' },
    ])
  })

  it('knows the columns of a parquet file without rows', async () => {
    const model = modelFolder('../test/protocol/mlflow-scoring/models/k2_long')
    const inputPath = newFile('parquet')
    writeFileSync(inputPath, parquetOf([{ name: 'k', data: new BigInt64Array(), type: 'INT64' }]))
    expect(await outputOf('json', { model, inputPath })).toBe('{"predictions": []}')
    writeFileSync(inputPath, parquetOf([{ name: 'other', data: new BigInt64Array(), type: 'INT64' }]))
    await expect(predict({ model, inputPath })).rejects.toThrow("Model is missing inputs ['k']")
  })

  it.each(['jsonl', 'json'])(
    'takes keys of %s for missing that only records of other blocks have',
    async (form) => {
      const rows = records().map(({ ['mean radius']: radius, ...others }, row) =>
        row === 200 ? { 'mean radius': radius, ...others } : others,
      )
      const lines = rows.map((row) => JSON.stringify(row))
      const text = form === 'json' ? `{"dataframe_records": [${lines.join()}]}` : lines.join('\n')
      const inputPath = write(form, text)
      const whole = await outputOf('jsonl', { inputPath, blockBytes: 10_000_000, batchRows: 1_000 })
      expect(whole.split('\n')).toHaveLength(ROWS + 1)
      expect(await outputOf('jsonl', { inputPath })).toBe(whole)
      const without = write(form, text.replace('"mean radius"', '"radius"'))
      await expect(predict({ inputPath: without })).rejects.toThrow("Model is missing inputs ['mean radius']")
    },
  )

  it('puts the outputs of a model of tensors together, block by block', async () => {
    const model = modelFolder('digits/1')
    const image = (row: number) => [
      Array.from({ length: 8 }, (_, y) => Array.from({ length: 8 }, (_, x) => (row * x * y) % 17)),
    ]
    const inputs = Array.from({ length: 40 }, (_, row) => image(row))
    const inputPath = write('json', JSON.stringify({ inputs }))
    const whole = JSON.parse(await outputOf('json', { model, inputPath, blockBytes: 10_000_000 })).predictions
    const reply = JSON.parse(await outputOf('json', { model, inputPath, blockBytes: 500 })).predictions
    expect(Object.keys(reply)).toEqual(['digit', 'probabilities'])
    expect(reply.digit).toEqual(whole.digit)
    expect(reply.probabilities).toHaveLength(40)
    for (const [row, probabilities] of whole.probabilities.entries()) {
      for (const [digit, value] of probabilities.entries()) {
        expect(reply.probabilities[row][digit]).toBeCloseTo(value, 5)
      }
    }
  })

  it('infers the kinds of the columns of CSV over the whole file where the signature does not tell them', async () => {
    const model = modelFolder('iris/1')
    const { header, records: golden } = goldenCsv(model)
    const ids = Array.from({ length: 60 }, (_, row) => (row === 50 ? 'x' : String(row)))
    const lines = ids.map((id, row) => `${id},${golden[row % golden.length]}`)
    const inputPath = write('csv', `id,${header}\n${lines.join('\n')}\n`)
    const text = await outputOf('jsonl', { model, inputPath, append: true, blockBytes: 100 })
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows.map(({ id }) => id)).toEqual(ids)
  })

  it('answers a file of no rows as a request of none', async () => {
    const inputPath = write('csv', `${goldenCsv().header}\n`)
    expect(await outputOf('json', { inputPath })).toBe('{"predictions": []}')
    expect(await outputOf('csv', { inputPath })).toMatch(/^output_label,[^\n]*\n$/)
    expect(await outputOf('json', { inputPath: write('jsonl', '') })).toBe('{"predictions": []}')
  })
})

describe('predictions that are appended', () => {
  it('stand behind the text of the records as they are, quoted, short or with other ends of lines', async () => {
    const { header, records } = goldenCsv()
    const cells = records[0]!.split(',')
    const short = cells.slice(0, -1).join(',')
    const text = `id,${header}\r\n"a, ""b""",${records[0]}\r\n\r\n007,${short}\r\n`
    const lines = (await outputOf('csv', { inputPath: write('csv', text), append: true })).split('\n')
    expect(lines[0]).toBe(`id,${header},output_label,output_probability.0,output_probability.1`)
    expect(lines[1]).toMatch(new RegExp(`^"a, ""b""",${records[0]},[01],`))
    expect(lines[2]).toMatch(new RegExp(`^007,${short},,[01],`))
    expect(lines).toHaveLength(4)
  })

  it('keep a name apart that the input has too', async () => {
    const { header, records } = goldenCsv()
    const inputPath = write('csv', `${header},output_label\n${records[0]},yes\n`)
    const [names = ''] = (await outputOf('csv', { inputPath, append: true })).split('\n')
    expect(names).toContain(',output_label,output_label.predicted,output_probability.0')
  })

  it('are members behind those of JSON records', async () => {
    const rows = records().slice(0, 3)
    const inputPath = write('jsonl', rows.map((row) => JSON.stringify({ id: 'é', ...row })).join('\n'))
    const lines = (await outputOf('jsonl', { inputPath, append: true })).trim().split('\n')
    const first = JSON.parse(Buffer.from(lines[0]!, 'latin1').toString())
    expect(first).toMatchObject({ id: 'é', ...rows[0], output_label: expect.any(Number) })
    expect(lines).toHaveLength(3)
  })
})

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
      .filter((_, line) => line === 0 || !broken(line - 1))
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

  it('do not hide that the file has not the columns of the model', async () => {
    const inputPath = write('csv', 'a,b\n1,2\n')
    const run = predict({ inputPath, output: newFile('csv'), badRowsPath: newFile('jsonl') })
    await expect(run).rejects.toThrow('missing inputs')
  })
})

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
})
