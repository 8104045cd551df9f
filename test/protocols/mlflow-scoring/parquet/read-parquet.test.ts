import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { checkRuns } from '../../../../src/protocols/mlflow-scoring/parquet/check-runs.ts'
import { readParquet } from '../../../../src/protocols/mlflow-scoring/parquet/read-parquet.ts'
import { ThriftReader } from '../../../../src/protocols/mlflow-scoring/parquet/thrift-reader.ts'

const FILES: readonly { name: string; body: string }[] = JSON.parse(
  readFileSync(new URL('../../../fixtures/parquet/files.json', import.meta.url), 'utf8'),
)
const refusal = expect.objectContaining({ code: 'BAD_REQUEST' })

function fileNamed(wanted: string): Uint8Array {
  return Buffer.from(FILES.find(({ name }) => name === wanted)?.body ?? '', 'base64')
}

function zeros(rows: number, columns: number): Uint8Array {
  const columnData = Array.from({ length: columns }, (_, index) => ({
    name: `c${index}`,
    data: new Float64Array(rows),
  }))
  return new Uint8Array(parquetWriteBuffer({ columnData }))
}

describe('readParquet', () => {
  it('reads back columns that hyparquet-writer wrote', async () => {
    const rows = fc.array(
      fc.tuple(fc.double(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.string()),
      {
        minLength: 1,
      },
    )
    await fc.assert(
      fc.asyncProperty(rows, async (table) => {
        const doubles = Float64Array.from(table, ([value]) => value)
        const longs = BigInt64Array.from(table, ([, value]) => value)
        const texts = table.map(([, , value]) => value)
        const body = parquetWriteBuffer({
          columnData: [
            { name: 'doubles', data: doubles, type: 'DOUBLE' },
            { name: 'longs', data: longs, type: 'INT64' },
            { name: 'texts', data: texts, type: 'STRING' },
          ],
        })
        expect((await readParquet(new Uint8Array(body))).columns).toEqual([
          { name: 'doubles', dtype: 'float64', data: doubles },
          { name: 'longs', dtype: 'int64', data: longs },
          { name: 'texts', dtype: 'str', data: texts },
        ])
      }),
    )
  })

  it('marks categories that pandas wrote', async () => {
    const { columns } = await readParquet(fileNamed('frame with a category'))
    expect(columns).toEqual([{ name: 'c', dtype: 'str', data: ['x', 'y'], isCategory: true }])
  })

  it('refuses every file that is cut off', async () => {
    const file = fileNamed('frame')
    for (let length = 0; length < file.length; length += 7) {
      await expect(readParquet(file.subarray(0, length)), `${length} bytes`).rejects.toEqual(refusal)
    }
  })

  it('refuses what is no parquet file', async () => {
    await expect(readParquet(new TextEncoder().encode('a,b\n1,2\n'))).rejects.toEqual(refusal)
    await expect(readParquet(new TextEncoder().encode('PAR1PAR1PAR1'))).rejects.toEqual(refusal)
  })

  it('reads or refuses damaged files, and throws nothing else', async () => {
    const damaged = fc.tuple(
      fc.constantFrom(...FILES),
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
        minLength: 1,
        maxLength: 6,
      }),
    )
    await fc.assert(
      fc.asyncProperty(damaged, async ([{ body }, changes]) => {
        const file = Buffer.from(body, 'base64')
        for (const [place, byte] of changes) file[Math.floor(place * (file.length - 1))] = byte
        await readParquet(file).catch((error: unknown) => expect(error).toEqual(refusal))
      }),
      { numRuns: 500 },
    )
  })

  it('refuses a small file of very many values before it unfolds them', async () => {
    const file = zeros(5_000_000, 1)
    const before = process.memoryUsage().arrayBuffers
    await expect(readParquet(file.slice())).rejects.toEqual(refusal)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024)
  })

  it('keeps to the limits that it is given', async () => {
    const file = zeros(100, 3)
    const limits = { maxCells: 1000, maxUncompressedBytes: 100_000, maxColumns: 10 }
    expect((await readParquet(file, limits)).rows).toBe(100)
    await expect(readParquet(file, { ...limits, maxCells: 299 })).rejects.toEqual(refusal)
    await expect(readParquet(file, { ...limits, maxUncompressedBytes: 20 })).rejects.toEqual(refusal)
    await expect(readParquet(file, { ...limits, maxColumns: 2 })).rejects.toEqual(refusal)
  })

  it('refuses a footer whose rows are not those of its pages', async () => {
    const file = zeros(100, 1)
    const footer = file.length - 8 - new DataView(file.buffer).getUint32(file.length - 8, true)
    // 100 rows are the zigzag varint c8 01 wherever the footer counts them.
    const lies: Uint8Array[] = []
    for (let at = footer; at < file.length - 9; at += 1) {
      if (file[at] !== 0xc8 || file[at + 1] !== 1) continue
      const lie = file.slice()
      lie[at + 1] = 0x7f
      lies.push(lie)
    }
    expect(lies.length).toBeGreaterThan(2)
    for (const lie of lies) await expect(readParquet(lie)).rejects.toEqual(refusal)
  })
})

describe('checkRuns', () => {
  it('takes runs that hold the values of their page', () => {
    expect(() => checkRuns(Uint8Array.of(20, 1), { bitWidth: 1, values: 10 })).not.toThrow()
    expect(() => checkRuns(Uint8Array.of(3, 0xff), { bitWidth: 1, values: 5 })).not.toThrow()
  })

  it('refuses a run of 2^30 values in a page of ten', () => {
    const run = Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x08, 1)
    expect(() => checkRuns(run, { bitWidth: 1, values: 10 })).toThrow(refusal)
  })
})

describe('ThriftReader', () => {
  it('refuses lists that are longer than what is left, nested ones too', () => {
    const claims = Uint8Array.of(0x19, 0xf9, 0xff, 0xff, 0xff, 0x0f, 0xf9, 0xff, 0xff, 0xff, 0x0f, 0)
    expect(() => new ThriftReader(claims, 0, claims.length).readStruct()).toThrow(refusal)
  })

  it('refuses structs that are nested without end', () => {
    const nested = new Uint8Array(1000).fill(0x1c)
    expect(() => new ThriftReader(nested, 0, nested.length).readStruct()).toThrow(refusal)
  })

  it('refuses integers without end', () => {
    const endless = new Uint8Array(1000).fill(0xff)
    endless[0] = 0x16
    expect(() => new ThriftReader(endless, 0, endless.length).readStruct()).toThrow(refusal)
  })
})
