import { describe, expect, test } from 'vitest'
import type { Tensor, TensorMap } from '../../../src/core/tensor.ts'
import { variedRows } from '../../../src/runtime/tuning/varied-rows.ts'

const SIZES = [4, 4_099, 4_100, 50_000]
const COPIES = 6

function floats(length: number): Tensor {
  return {
    datatype: 'FP32',
    shape: [1, length],
    data: Float32Array.from({ length }, (_, at) => 1 + (at % 7)),
  }
}

function codes(length: number, row: number): Tensor {
  return {
    datatype: 'INT32',
    shape: [1, length],
    data: Int32Array.from({ length }, (_, at) => 10 * row + (at % 7)),
  }
}

/** The first copies of rows with one tensor each. */
function copiesOf(...tensors: readonly Tensor[]): Tensor[] {
  const copies = variedRows(tensors.map((tensor): TensorMap => new Map([['x', tensor]])))
  return Array.from({ length: COPIES }, () => (copies.next().value as TensorMap).get('x')!)
}

describe.each(SIZES)('a row of %i values', (length) => {
  test('has every float changed', () => {
    const source = floats(length)
    for (const { datatype, shape, data } of copiesOf(source)) {
      expect({ datatype, shape }).toEqual({ datatype: 'FP32', shape: [1, length] })
      const same = data.filter(
        (value, at) => value === source.data[at] || !Number.isFinite(value),
      ) as Float32Array
      expect(same.length).toBeLessThanOrEqual(length / 100)
    }
  })

  test('has codes exchanged with those at the same place of other rows', () => {
    const sources = [codes(length, 1), codes(length, 2)]
    const copies = copiesOf(...sources)
    for (const { data } of copies) {
      const strange = data.findIndex((value, at) => sources.every((source) => value !== source.data[at]))
      // What is the same in both rows gets another value of its own row.
      if (strange >= 0)
        expect(sources.some((source) => source.data.includes(data[strange] as never))).toBe(true)
      expect(data).toHaveLength(length)
    }
    expect(copies.some(({ data }, at) => data.join() !== sources[at % 2]!.data.join())).toBe(true)
  })
})

test('copies are the same in every run', () => {
  expect(copiesOf(codes(5_000, 1), codes(5_000, 2))).toEqual(copiesOf(codes(5_000, 1), codes(5_000, 2)))
})
