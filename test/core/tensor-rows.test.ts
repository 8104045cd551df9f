import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Tensor, TensorMap } from '../../src/core/tensor.ts'
import { joinRows, rowCount, sliceRows } from '../../src/core/tensor-rows.ts'

function table(rows: number): TensorMap {
  const count = Array.from({ length: rows }, (_, row) => row)
  return new Map<string, Tensor>([
    [
      'matrix',
      { datatype: 'FP32', shape: [rows, 2], data: Float32Array.from(count.flatMap((n) => [n, -n])) },
    ],
    ['id', { datatype: 'INT64', shape: [rows], data: BigInt64Array.from(count.map(BigInt)) }],
    ['text', { datatype: 'BYTES', shape: [rows, 1], data: count.map((n) => `row ${n}`) }],
  ])
}

test('rows are the first dimension of the first tensor', () => {
  expect(rowCount(table(7))).toBe(7)
  expect(rowCount(table(0))).toBe(0)
})

test('a scalar, and no tensor at all, are one row', () => {
  expect(rowCount(new Map([['s', { datatype: 'FP32', shape: [], data: new Float32Array(1) }]]))).toBe(1)
  expect(rowCount(new Map())).toBe(1)
})

test('a slice has its rows of every tensor and shares their numbers', () => {
  const whole = table(5)
  const slice = sliceRows(whole, 1, 3)
  expect(slice.get('matrix')).toMatchObject({ shape: [2, 2], data: Float32Array.of(1, -1, 2, -2) })
  expect(slice.get('text')).toMatchObject({ shape: [2, 1], data: ['row 1', 'row 2'] })
  expect((slice.get('matrix')!.data as Float32Array).buffer).toBe(
    (whole.get('matrix')!.data as Float32Array).buffer,
  )
})

test('slices joined again are the whole', () => {
  const cuts = fc.uniqueArray(fc.nat(20), { maxLength: 5 })
  fc.assert(
    fc.property(fc.nat(20), cuts, (rows, inner) => {
      const whole = table(rows)
      const edges = [0, ...inner.filter((cut) => cut <= rows).sort((a, b) => a - b), rows]
      const parts = edges.slice(1).map((to, index) => sliceRows(whole, edges[index]!, to))
      expect(joinRows(parts)).toEqual(whole)
    }),
  )
})
