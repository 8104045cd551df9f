import { describe, expect, it } from 'vitest'
import { goldenCsv } from './support/batch-files.ts'
import { outputOf, records, write } from './support/batch-rows.ts'

/** Each run starts threads of its own, which takes long where the machine has other work. */
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

  it.each(['jsonl', 'csv', 'parquet'])('keep a name apart that any record has too (%s)', async (format) => {
    const rows = records().slice(0, 40)
    const lines = rows.map((row, i) =>
      JSON.stringify(i === 0 ? { ...row, output_label: 'yes' } : { ...row, output_label: 'no' }),
    )
    const inputPath = write('jsonl', `${lines.join('\n')}\n`)
    const text = await outputOf(format, { inputPath, append: true })
    expect(text).toContain('output_label.predicted')
  })

  it('are members behind those of JSON records', async () => {
    const rows = records().slice(0, 3)
    const inputPath = write('jsonl', rows.map((row) => JSON.stringify({ id: 'é', ...row })).join('\n'))
    const lines = (await outputOf('jsonl', { inputPath, append: true })).trim().split('\n')
    const first = JSON.parse(Buffer.from(lines[0]!, 'latin1').toString())
    expect(first).toMatchObject({ id: 'é', ...rows[0], output_label: expect.any(Number) })
    expect(lines).toHaveLength(3)
  })

  it.each(['dataframe_records', 'instances'])(
    'are members behind those of a document of %s',
    async (form) => {
      const rows = records().slice(0, 3)
      const inputPath = write('json', JSON.stringify({ [form]: rows }))
      const output = await outputOf('jsonl', { inputPath, append: true, blockBytes: 1_000_000 })
      const lines = output.trim().split('\n')
      expect(JSON.parse(lines[2]!)).toMatchObject({ ...rows[2], output_label: expect.any(Number) })
      expect(lines).toHaveLength(3)
    },
  )

  it.each(['csv', 'parquet', 'jsonl'])(
    'are refused in %s where rows have no names for their values',
    async (format) => {
      const rows = records().slice(0, 3)
      const split = { columns: Object.keys(rows[0]!), data: rows.map((row) => Object.values(row)) }
      const inputPath = write('json', JSON.stringify({ dataframe_split: split }))
      await expect(outputOf(format, { inputPath, append: true })).rejects.toMatchObject({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringContaining('JSON Lines or CSV'),
      })
    },
  )
})
