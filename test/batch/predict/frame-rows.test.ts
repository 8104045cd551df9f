import { describe, expect, it } from 'vitest'
import { FrameRows } from '../../../src/batch/predict/frame-rows.ts'
import type { Column } from '../../../src/protocols/mlflow-scoring/frame.ts'

function rowsOf(...columns: Column[]): FrameRows {
  return new FrameRows({ rows: columns[0]!.data.length, columns })
}

describe('what a row of a frame was in the input', () => {
  it('is a record of its cells', () => {
    const rows = rowsOf(
      { name: 'a', dtype: 'float64', data: Float64Array.of(1, Number.NaN) },
      { name: 'b', dtype: 'str', data: ['x', 'y'] },
    )
    expect(rows.inputOf(0)).toEqual({ a: 1, b: 'x' })
    expect(rows.inputOf(1)).toEqual({ a: null, b: 'y' })
  })

  it('is a text where JSON has no word for one of them', () => {
    const rows = rowsOf({ name: 'a', dtype: 'float64', data: Float64Array.of(Number.NEGATIVE_INFINITY) })
    expect(rows.inputOf(0)).toBe('{"a": -Infinity}')
  })
})
