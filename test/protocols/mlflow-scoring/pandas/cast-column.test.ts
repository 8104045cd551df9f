import { describe, expect, it } from 'vitest'
import { readJson } from '../../../../src/protocols/mlflow-scoring/json/read-json.ts'
import type { Dtype } from '../../../../src/protocols/mlflow-scoring/numpy/dtype.ts'
import { castColumn } from '../../../../src/protocols/mlflow-scoring/pandas/cast-column.ts'
import { cellsOf } from '../../../../src/protocols/mlflow-scoring/pandas/column.ts'
import { inferColumn } from '../../../../src/protocols/mlflow-scoring/pandas/infer-column.ts'
import { PythonError } from '../../../../src/protocols/mlflow-scoring/python/python-error.ts'
import type { PyList } from '../../../../src/protocols/mlflow-scoring/python/python-value.ts'
import { readRecorded } from '../recorded/read-recorded.ts'

type Row = readonly [text: string, dtype: Dtype | null, found: string, values: string | null]

describe('columns are inferred and cast as by pandas', () => {
  it.each(readRecorded<Row>('columns.jsonl'))('%s as %s', (text, dtype, found, values) => {
    const inferred = inferColumn('c', readJson(text) as PyList)
    if (values === null) {
      // pandas has finer kinds of ValueError.
      expect(() => castColumn(inferred, dtype as Dtype)).toThrow(PythonError)
      return
    }
    const column = dtype === null ? inferred : castColumn(inferred, dtype)
    expect(column.dtype).toBe(found)
    expect(cellsOf(column)).toEqual(readJson(values))
  })
})
