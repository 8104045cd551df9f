import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { csvOfRows, goldenCsv, modelFolder, predict } from './support/batch-files.ts'
import { folder, input, newFile, outputOf, ROWS, records, write } from './support/batch-rows.ts'

/** Each run starts threads of its own, which takes long where the machine has other work. */
function parquetOf(columnData: ColumnSource[]): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData }))
}

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
