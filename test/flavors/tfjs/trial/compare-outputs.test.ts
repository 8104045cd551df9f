import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../../../src/core/tensor.ts'
import { compareOutputs } from '../../../../src/flavors/tfjs/trial/compare-outputs.ts'

const floats = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor => ({
  datatype: 'FP32',
  shape,
  data: Float32Array.from(values),
})
const integers = (values: readonly number[]): Tensor => ({
  datatype: 'INT32',
  shape: [values.length],
  data: Int32Array.from(values),
})

describe('outputs of two engines', () => {
  test('are equal where they are the same, whatever is in them', () => {
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1, maxLength: 40 }), (data) => {
        const output = floats([...data])
        expect(compareOutputs(output, floats([...data]), 1)).toEqual({
          equal: true,
          difference: 0,
          distance: 0,
        })
      }),
    )
  })

  test('differ where one value is off by more than the largest of its row allows', () => {
    const values = fc.float({ min: -1000, max: 1000, noNaN: true })
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 20 }), fc.nat(), (expected, at) => {
        const withLargest = (changedBy: number) => {
          const values = [...expected, 1000]
          values[at % expected.length]! += changedBy
          return floats(values)
        }
        expect(compareOutputs(withLargest(0), withLargest(2), 1).equal).toBe(false)
        expect(compareOutputs(withLargest(0), withLargest(0.05), 1).equal).toBe(true)
      }),
    )
  })

  test('are compared row by row: a small row is not lost beside a large one', () => {
    const expected = floats([1000, 2000, 1, 2], [2, 2])
    const actual = floats([1000, 2000, 1, 2.02], [2, 2])
    expect(compareOutputs(expected, actual, 2)).toMatchObject({ equal: false, how: 'by 1 %', row: 1 })
    expect(compareOutputs(floats([1000, 2000, 1, 2]), floats([1000, 2000, 1, 2.02]), 2).equal).toBe(true)
  })

  test('are compared with values of usual size where they are next to nothing', () => {
    const expected = floats([1e-13])
    const actual = floats([1e-8])
    expect(compareOutputs(expected, actual, 1)).toMatchObject({ equal: false })
    expect(compareOutputs(expected, actual, 1, 0.5)).toMatchObject({
      equal: true,
      difference: expect.closeTo(2e-8, 9),
    })
    expect(compareOutputs(floats([1e-3]), floats([2e-3]), 1, 0.5)).toMatchObject({ equal: false })
  })

  test.each([
    ['NaN', [1, Number.NaN], [1, 2]],
    ['no NaN', [1, 2], [1, Number.NaN]],
    ['infinity', [1, Number.POSITIVE_INFINITY], [1, 3e38]],
    ['infinity of the other sign', [1, Number.POSITIVE_INFINITY], [1, Number.NEGATIVE_INFINITY]],
  ])('differ where one has %s', (_, expected, actual) => {
    expect(compareOutputs(floats(expected), floats(actual), 1).equal).toBe(false)
  })

  test('differ in their shapes and datatypes', () => {
    expect(compareOutputs(floats([1, 2]), floats([1, 2], [1, 2]), 1)).toEqual({
      equal: false,
      how: 'in its shape, [1,2] where [2] is right',
    })
    expect(compareOutputs(integers([1]), floats([1]), 1)).toEqual({
      equal: false,
      how: 'in its datatype, FP32 where INT32 is right',
    })
  })

  test('are the same number for number where they are integers', () => {
    expect(compareOutputs(integers([1_000_000, 2]), integers([1_000_001, 2]), 1)).toMatchObject({
      equal: false,
      how: 'with 1000001 where 1000000 is right',
    })
  })
})
