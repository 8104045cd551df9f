import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ParquetAppender } from '../../../../src/batch/output/parquet/parquet-appender.ts'
import type { ParquetAppenderState } from '../../../../src/batch/output/parquet/parquet-appender-state.ts'
import type { ParquetCells, ParquetField } from '../../../../src/batch/output/parquet/parquet-field.ts'
import { readParquet } from '../../../../src/protocols/mlflow-scoring/parquet/read-parquet.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'

const folder = temporaryFolder()
const path = join(folder, 'out.parquet')

type Piece = readonly ParquetCells[]

/** Writes pieces, and gives up the appender after some of them to go on with what it said last. */
function write(fields: readonly ParquetField[], pieces: readonly Piece[], stopBehind?: number): Buffer {
  const fd = openSync(path, 'w+')
  try {
    let appender = new ParquetAppender({ fd, fields, rowGroupRows: 5 })
    let restored = stopBehind === undefined
    for (let piece = 0; piece < pieces.length; piece += 1) {
      appender.append(pieces[piece]!)
      if (restored || piece !== stopBehind) continue
      const state: ParquetAppenderState = JSON.parse(JSON.stringify(appender.state()))
      appender = new ParquetAppender({ fd, fields, rowGroupRows: 5 }, state)
      piece = piecesWithin(pieces, state.rows) - 1
      restored = true
    }
    appender.finish()
  } finally {
    closeSync(fd)
  }
  return readFileSync(path)
}

/** How many pieces have these rows together. */
function piecesWithin(pieces: readonly Piece[], rows: number): number {
  let count = 0
  for (let seen = 0; seen < rows; count += 1) seen += pieces[count]?.[0]?.length ?? 0
  return count
}

const NAT = -(2n ** 63n)

describe('ParquetAppender', () => {
  it('writes columns of every type that are read back as they were', async () => {
    const numbers = [
      ['int8', Int8Array.of(-128, 127)],
      ['int16', Int16Array.of(-32768, 32767)],
      ['int32', Int32Array.of(-(2 ** 31), 2 ** 31 - 1)],
      ['int64', BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)],
      ['uint8', Uint8Array.of(0, 255)],
      ['uint16', Uint16Array.of(0, 65535)],
      ['uint32', Uint32Array.of(0, 2 ** 32 - 1)],
      ['uint64', BigUint64Array.of(0n, 2n ** 64n - 1n)],
      ['float32', Float32Array.of(Number.NaN, 1.5)],
      ['float64', Float64Array.of(-0, Number.POSITIVE_INFINITY)],
    ] as const
    const fields = numbers.map(([type]) => ({ name: type, type }))
    const { columns } = await readParquet(write(fields, [numbers.map(([, data]) => data)]))
    expect(columns).toEqual(numbers.map(([dtype, data]) => ({ name: dtype, dtype, data })))
  })

  it('writes texts, truth values, times and lists, and what is missing of them', async () => {
    const fields: ParquetField[] = [
      { name: 'text', type: 'str' },
      { name: 'truth', type: 'bool' },
      { name: 'gaps', type: 'bool' },
      { name: 'time', type: 'datetime64[ns]' },
      { name: 'zoned', type: 'datetime64[ns]', zone: 'Europe/Paris' },
      { name: 'list', type: 'float64', isList: true },
      { name: 'long', type: 'int64' },
    ]
    const piece = [
      ['é', null, ''],
      Uint8Array.of(1, 0, 1),
      [true, null, false],
      BigInt64Array.of(1n, NAT, -5n),
      [0n, 1n, 2n],
      [Float64Array.of(1, 2), null, []],
      [1n, null, 3n],
    ]
    const { columns } = await readParquet(write(fields, [piece]))
    expect(columns.map(({ dtype, data }) => ({ dtype, data: Array.from<unknown>(data) }))).toEqual([
      { dtype: 'str', data: ['é', null, ''] },
      { dtype: 'bool', data: [1, 0, 1] },
      { dtype: 'object', data: [true, null, false] },
      { dtype: 'datetime64[ns]', data: [1n, NAT, -5n] },
      { dtype: 'datetime64[ns]', data: [0n, 1n, 2n] },
      { dtype: 'object', data: [[1, 2], null, []] },
      { dtype: 'float64', data: [1, Number.NaN, 3] },
    ])
  })

  it('gives the same file to the byte when it goes on after an interruption', () => {
    const fields: ParquetField[] = [
      { name: 'x', type: 'float64' },
      { name: 'y', type: 'int64' },
      { name: 't', type: 'str' },
    ]
    const row = fc.tuple(fc.double(), fc.bigInt({ min: -9n, max: 9n }), fc.option(fc.string()))
    const pieces = fc.array(fc.array(row, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(pieces, fc.nat(11), (tables, stopBehind) => {
        const columns = tables.map((rows) => [
          Float64Array.from(rows, ([x]) => x),
          BigInt64Array.from(rows, ([, y]) => y),
          rows.map(([, , text]) => text),
        ])
        const whole = write(fields, columns)
        expect(write(fields, columns, stopBehind % tables.length).equals(whole)).toBe(true)
      }),
    )
  })

  it('cuts off what a file holds behind its complete row groups', () => {
    const fields: ParquetField[] = [{ name: 'x', type: 'int64' }]
    const whole = write(fields, [[BigInt64Array.of(1n)]])
    writeFileSync(path, 'an older and much longer file'.repeat(99))
    const fd = openSync(path, 'r+')
    const appender = new ParquetAppender({ fd, fields })
    appender.append([BigInt64Array.of(1n)])
    appender.finish()
    closeSync(fd)
    expect(readFileSync(path).equals(whole)).toBe(true)
  })

  it('keeps cells in shared memory as they were when they were appended', async () => {
    const shared = new Float64Array(new SharedArrayBuffer(8))
    const fd = openSync(path, 'w+')
    const appender = new ParquetAppender({ fd, fields: [{ name: 'x', type: 'float64' }] })
    for (const value of [1, 2, 3]) {
      shared[0] = value
      appender.append([shared])
    }
    appender.finish()
    closeSync(fd)
    const { columns } = await readParquet(readFileSync(path))
    expect(columns[0]?.data).toEqual(Float64Array.of(1, 2, 3))
  })

  it('writes files without rows or columns', async () => {
    expect(await readParquet(write([{ name: 'x', type: 'float64' }], []))).toMatchObject({ rows: 0 })
    expect(await readParquet(write([], []))).toMatchObject({ rows: 0, columns: [] })
  })
})
