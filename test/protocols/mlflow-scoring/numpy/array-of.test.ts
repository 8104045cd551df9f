import { describe, expect, it } from 'vitest'
import { readJson } from '../../../../src/protocols/mlflow-scoring/json/read-json.ts'
import { arrayOf } from '../../../../src/protocols/mlflow-scoring/numpy/array-of.ts'
import type { Dtype } from '../../../../src/protocols/mlflow-scoring/numpy/dtype.ts'
import { toNestedList } from '../../../../src/protocols/mlflow-scoring/numpy/elements.ts'
import type { NdArray } from '../../../../src/protocols/mlflow-scoring/numpy/nd-array.ts'
import { PythonError } from '../../../../src/protocols/mlflow-scoring/python/python-error.ts'
import { readRecorded } from '../recorded/read-recorded.ts'

type Row = readonly [
  text: string,
  dtype: Dtype | null,
  found: string,
  shape: readonly number[] | null,
  values: string | null,
]

describe('arrayOf answers as numpy.array', () => {
  it.each(readRecorded<Row>('arrays.jsonl'))('%s as %s', (text, dtype, found, shape, values) => {
    const make = (): NdArray => arrayOf(readJson(text), dtype ?? undefined)
    if (shape === null || values === null) {
      expect(make).toThrow(expect.objectContaining({ kind: found }) as PythonError)
      return
    }
    const array = make()
    expect({ dtype: array.dtype, shape: array.shape }).toEqual({ dtype: found, shape })
    expect(toNestedList(array)).toEqual(readJson(values))
  })
})

it('refuses more dimensions than NumPy has', () => {
  expect(() => arrayOf(readJson(`${'['.repeat(65)}1${']'.repeat(65)}`))).toThrow(PythonError)
})

it('names where a ragged list goes wrong', () => {
  expect(() => arrayOf([[1n], [2n, 3n]])).toThrow(
    'setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 dimensions. ' +
      'The detected shape was (2,) + inhomogeneous part.',
  )
})
