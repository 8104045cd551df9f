import { readFileSync } from 'node:fs'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { codecFor, column, input, tensor } from '../models.ts'

const FILES: readonly { name: string; body: string }[] = JSON.parse(
  readFileSync(new URL('../../../fixtures/parquet/files.json', import.meta.url), 'utf8'),
)

function decode(codec: ReturnType<typeof codecFor>, file: string) {
  const body = Buffer.from(FILES.find(({ name }) => name === file)?.body ?? '', 'base64')
  return codec.decode(body, 'application/vnd.apache.parquet')
}

describe('a parquet body', () => {
  const a = input('a', 'INT64', [-1])

  it.each(['frame', 'frame with shuffled rows'])(
    'feeds tensors where a row is labelled 0: %s',
    async (file) => {
      const codec = codecFor({ schema: [tensor('int64', [-1], 'a')], inputs: [a] })
      const { request } = await decode(codec, file)
      expect(request.inputs.get('a')).toMatchObject({ data: new BigInt64Array([1n, 2n]) })
    },
  )

  it.each([
    'frame without its first row',
    'frame with repeated labels',
    'frame with an index of two columns',
  ])('is refused for tensors where no row or more than one is: %s', async (file) => {
    const codec = codecFor({ schema: [tensor('int64', [-1], 'a')], inputs: [a] })
    await expect(decode(codec, file)).rejects.toMatchObject({ errorClass: 'SCHEMA_ENFORCEMENT_FAILED' })
  })

  it('feeds bytes to text tensors where they are ASCII', async () => {
    const fixed = codecFor({
      schema: [tensor('str', [-1], 'fixed')],
      inputs: [input('fixed', 'BYTES', [-1])],
    })
    const { request } = await decode(fixed, 'texts')
    expect(request.inputs.get('fixed')?.data).toEqual(['xy', 'None', 'zz'])
    const bytes = codecFor({
      schema: [tensor('str', [-1], 'bytes')],
      inputs: [input('bytes', 'BYTES', [-1])],
    })
    await expect(decode(bytes, 'texts')).rejects.toMatchObject({
      message: expect.stringContaining("'ascii' codec"),
    })
  })

  it('feeds bytes to double columns where they read as numbers', async () => {
    const body = parquetWriteBuffer({
      columnData: [{ name: 'a', data: [1, 2].map((n) => Buffer.from(`${n}.5`)), type: 'BYTE_ARRAY' }],
    })
    const codec = codecFor({ schema: [column('a', 'double')], inputs: [input('a', 'FP64', [-1, 1])] })
    const { request } = await codec.decode(new Uint8Array(body), 'application/vnd.apache.parquet')
    expect(request.inputs.get('a')?.data).toEqual(new Float64Array([1.5, 2.5]))
  })

  it('is refused where a column of the signature is a category', async () => {
    const codec = codecFor({ schema: [column('c', 'string')], inputs: [input('c', 'BYTES', [-1, 1])] })
    await expect(decode(codec, 'frame with a category')).rejects.toMatchObject({
      message: expect.stringContaining('Can not safely convert category to <U0.'),
    })
  })

  it('feeds half-precision columns as such', async () => {
    const codec = codecFor({ inputs: [input('float16', 'FP16', [-1]), input('float32', 'FP32', [-1])] })
    const { request } = await decode(codec, 'numbers')
    expect(request.inputs.get('float16')).toMatchObject({ data: new Uint16Array([0x3c00, 0x4000, 0x5640]) })
  })

  it('feeds bytes, dates and missing texts as Python prints them', async () => {
    const texts = codecFor({ inputs: [input('bytes', 'BYTES', [-1]), input('text', 'BYTES', [-1])] })
    const { request } = await decode(texts, 'texts')
    expect(request.inputs.get('bytes')?.data).toEqual(["b'x\\xff'", 'None', "b''"])
    expect(request.inputs.get('text')?.data).toEqual(['x', 'None', '日本'])
    const times = codecFor({ inputs: [input('date', 'BYTES', [-1]), input('time', 'BYTES', [-1])] })
    const { request: timed } = await decode(times, 'times')
    expect(timed.inputs.get('date')?.data).toEqual(['2020-02-29', 'None', '1969-12-31'])
    expect(timed.inputs.get('time')?.data).toEqual(['01:02:03', 'None', '23:59:59.000999'])
  })
})
