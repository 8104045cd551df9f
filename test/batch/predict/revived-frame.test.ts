import { describe, expect, it } from 'vitest'
import { cellOf } from '../../../src/batch/predict/frame-text.ts'
import { revivedFrame } from '../../../src/batch/predict/revived-frame.ts'
import type { Column } from '../../../src/protocols/mlflow-scoring/frame.ts'
import { pythonBytes, pythonObject } from '../../../src/protocols/mlflow-scoring/python/python-object.ts'

const DATE = pythonObject('2024-01-01')
const BYTES = pythonBytes(Uint8Array.from([0x61, 0xff]))
const CELLS = [DATE, BYTES, [DATE, 1n], new Map([['a', BYTES]]), 1.5, 7n, true, 'text', null]

function column(data: readonly unknown[]): Column {
  return { name: 'x', dtype: 'object', data }
}

/** The cells as they are behind the border of a thread. */
function crossed(data: readonly unknown[]): unknown[] {
  const { columns } = revivedFrame(structuredClone({ rows: data.length, columns: [column(data)] }))
  return Array.from<unknown>(columns[0]?.data ?? [])
}

describe('a frame that came from another thread', () => {
  it('has the objects that it had before', () => {
    expect(crossed(CELLS)).toEqual(CELLS)
    expect(crossed(CELLS).slice(0, 2).map(String)).toEqual(['2024-01-01', "b'a\\xff'"])
  })

  it('has cells that can be written down', () => {
    const cells = column(crossed(CELLS))
    expect(CELLS.map((_, row) => cellOf(cells, row))).toEqual([
      '2024-01-01',
      'Yf8=',
      ['2024-01-01', 1n],
      { a: 'Yf8=' },
      1.5,
      7n,
      true,
      'text',
      null,
    ])
  })
})
