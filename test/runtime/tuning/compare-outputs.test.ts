import { describe, expect, test } from 'vitest'
import type { Tensor, TensorMap } from '../../../src/core/tensor.ts'
import { numberToFloat16 } from '../../../src/protocols/mlflow-scoring/numpy/float16.ts'
import { firstDifference } from '../../../src/runtime/tuning/compare-outputs.ts'

function floats(...values: number[]): Tensor {
  return { datatype: 'FP32', shape: [1, values.length], data: Float32Array.from(values) }
}

function doubles(...values: number[]): Tensor {
  return { datatype: 'FP64', shape: [1, values.length], data: Float64Array.from(values) }
}

function halves(...values: number[]): Tensor {
  return { datatype: 'FP16', shape: [1, values.length], data: Uint16Array.from(values, numberToFloat16) }
}

function text(...values: string[]): Tensor {
  return { datatype: 'BYTES', shape: [values.length], data: values }
}

function integer(value: bigint): Tensor {
  return { datatype: 'INT64', shape: [1], data: BigInt64Array.of(value) }
}

function row(...outputs: Tensor[]): TensorMap {
  return new Map(outputs.map((output, index) => [`y${index}`, output]))
}

describe('floats are equal', () => {
  test.each([
    ['within a share of the largest of their row', floats(1, 1e-7, -3), floats(1.000001, 2e-7, -3)],
    [
      'NaN and infinite in the same places',
      floats(NaN, Infinity, -Infinity),
      floats(NaN, Infinity, -Infinity),
    ],
    ['both zero', floats(0, -0), floats(-0, 0)],
    ['both nothing', floats(1e-40), floats(0)],
    ['doubles by more digits', doubles(1), doubles(1 + 5e-13)],
    ['halves by fewer', halves(1), halves(1.001)],
  ])('%s', (_, expected, actual) => {
    expect(firstDifference(row(expected), row(actual))).toBeUndefined()
  })
})

describe('outputs differ', () => {
  test.each([
    ['in a float', floats(1, 2), floats(1, 2.001), "output 'y0' is off by 0.05 %"],
    ['in a double that is a float', doubles(1), doubles(Math.fround(1 + 1e-7)), /is off by/],
    ['in a half', halves(1), halves(1.01), /is off by/],
    ['where one is no number', floats(1, NaN), floats(1, 2), "output 'y0' has 2 where NaN is right"],
    ['where one is infinite', floats(1, 2), floats(1, Infinity), /has Infinity where 2 is right/],
    ['in an integer', integer(7n), integer(8n), "output 'y0' has other values"],
    ['in a text', text('a'), text('b'), "output 'y0' has other values"],
    ['in their shape', floats(1), floats(1, 2), "output 'y0' has shape [1,2] where [1,1] is right"],
  ])('%s', (_, expected, actual, how) => {
    expect(firstDifference(row(expected), row(actual))).toMatch(how)
  })

  test('where one is not there', () => {
    expect(firstDifference(row(floats(1)), new Map())).toBe("output 'y0' is missing")
  })
})

describe('the label of a row', () => {
  test('may be either of two whose scores are equal', () => {
    const tied = floats(0.1, 0.45, 0.450001)
    expect(firstDifference(row(text('b'), tied), row(text('c'), tied))).toBeUndefined()
    expect(firstDifference(row(integer(1n), tied), row(integer(2n), tied))).toBeUndefined()
  })

  test('is the one that it is where its score is the best', () => {
    const clear = floats(0.1, 0.4, 0.5)
    expect(firstDifference(row(text('c'), clear), row(text('b'), clear))).toBeDefined()
    expect(firstDifference(row(integer(1n)), row(integer(2n)))).toBeDefined()
  })
})
