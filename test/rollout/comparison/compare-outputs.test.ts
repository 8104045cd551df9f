import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../../src/core/tensor.ts'
import { agrees, compareOutputs } from '../../../src/rollout/comparison/compare-outputs.ts'
import { halfNumber } from '../../../src/rollout/comparison/half-number.ts'
import { LARGEST_EXCESS } from '../../../src/rollout/comparison/tolerance.ts'
import { fp16, fp32, fp64, int64, tensors, text } from './tensors.ts'

const TOLERANCE = { relativeTolerance: 1e-3, absoluteTolerance: 1e-5 }
const NONE = { relativeTolerance: 0, absoluteTolerance: 0 }

function compare(control: Tensor, other: Tensor, tolerance = TOLERANCE) {
  const [difference] = compareOutputs(tensors({ y: control }), tensors({ y: other }), tolerance)
  return difference!
}

describe('numbers', () => {
  test('are equal within the absolute and relative tolerance of the control', () => {
    expect(compare(fp64([1000, 0]), fp64([1000.9, 0.000009]))).toMatchObject({ different: 0, elements: 2 })
    expect(compare(fp64([1000, 0]), fp64([1001.1, 0.000011]))).toMatchObject({ different: 2, elements: 2 })
  })

  test('tell the largest excess and where it is', () => {
    const difference = compare(fp64([0, 0, 0]), fp64([1e-5, 5e-5, 2e-5]))
    expect(difference.excess).toBeCloseTo(5)
    expect(difference).toMatchObject({ different: 2, at: 1 })
  })

  test('NaN equals NaN, an infinity the same one', () => {
    const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    expect(compare(fp32(special), fp32(special))).toMatchObject({ excess: 0, different: 0 })
    expect(compare(fp32(special), fp32([1, Number.NEGATIVE_INFINITY, 3]))).toMatchObject({
      excess: LARGEST_EXCESS,
      different: 3,
    })
  })

  test('differ by the largest excess where no tolerance is allowed', () => {
    expect(compare(fp64([1]), fp64([1 + Number.EPSILON]), NONE)).toMatchObject({ excess: LARGEST_EXCESS })
    expect(compare(fp64([0]), fp64([-0]), NONE)).toMatchObject({ excess: 0, different: 0 })
  })

  test('are compared by value where the datatypes differ', () => {
    const one: Tensor = { datatype: 'INT32', shape: [1], data: Int32Array.of(1) }
    expect(compare(int64([1n]), one, NONE)).toMatchObject({ different: 0, labels: { different: 0, rows: 1 } })
    expect(compare(fp64([0.5]), fp16([0x3800]), NONE)).toMatchObject({ different: 0 })
  })

  test('of 64 bits are compared to the last digit', () => {
    const large = 2n ** 60n
    expect(compare(int64([large, large]), int64([large, large + 1n]), NONE)).toMatchObject({
      different: 1,
      at: 1,
    })
  })

  test('agree with the definition for any numbers, in tensors longer than a block', () => {
    const number = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0, -0))
    const pair = fc.tuple(number, fc.oneof(number, fc.constant(undefined)))
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 20 }), fc.nat(5000), (pairs, padding) => {
        const zeros = new Array<number>(padding).fill(0)
        const a = [...zeros, ...pairs.map(([x]) => x)]
        const b = [...zeros, ...pairs.map(([x, y]) => y ?? x * (1 + 1e-3))]
        const wanted = a.filter((x, at) => !isEqual(x, b[at]!)).length
        expect(compare(fp64(a), fp64(b))).toMatchObject({ different: wanted, elements: a.length })
      }),
      { numRuns: 200 },
    )
  })
})

function isEqual(a: number, b: number): boolean {
  if (Object.is(a, b) || a === b) return true
  if (Number.isNaN(a - b) || !Number.isFinite(a) || !Number.isFinite(b)) return false
  return Math.abs(a - b) / (TOLERANCE.absoluteTolerance + TOLERANCE.relativeTolerance * Math.abs(a)) <= 1
}

describe('shapes and names', () => {
  test('another shape differs in all elements', () => {
    const difference = compare(fp32([1, 2, 3, 4], [2, 2]), fp32([1, 2, 3, 4], [4]))
    expect(difference).toEqual({ output: 'y', different: 4, elements: 4 })
  })

  test('an output that only one of them has is told', () => {
    const differences = compareOutputs(
      tensors({ a: fp32([1]) }),
      tensors({ a: fp32([1]), b: fp32([], [0, 3]) }),
      TOLERANCE,
    )
    expect(differences).toMatchObject([
      { output: 'a', different: 0 },
      { output: 'b', different: 1, elements: 1 },
    ])
    expect(agrees(differences)).toBe(false)
  })

  test('text and numbers are never equal', () => {
    expect(compare(text(['1']), int64([1n]))).toEqual({ output: 'y', different: 1, elements: 1 })
  })

  test('empty outputs of one shape agree', () => {
    expect(agrees([compare(fp32([], [0, 3]), fp32([], [0, 3]))])).toBe(true)
  })
})

describe('labels', () => {
  test('are the values themselves where a row is one integer or text', () => {
    expect(compare(text(['a', 'b', 'c'], [3, 1]), text(['a', 'c', 'b'], [3, 1]))).toEqual({
      output: 'y',
      different: 2,
      elements: 3,
      at: 1,
      labels: { different: 2, rows: 3 },
    })
  })

  test('are exact although numbers of that size are within the tolerance', () => {
    const difference = compare(int64([5000n]), int64([5001n]))
    expect(difference).toMatchObject({ different: 0, labels: { different: 1, rows: 1 } })
    expect(agrees([difference])).toBe(false)
  })

  test('are the columns of the largest elements where a row has two floats and more', () => {
    const control = fp32([0.1, 0.7, 0.2, 0.8, 0.1, 0.1], [2, 3])
    const other = fp32([0.2, 0.1, 0.7, 0.7, 0.2, 0.1], [2, 3])
    expect(compare(control, other).labels).toEqual({ different: 1, rows: 2 })
  })

  test('agree where either model is undecided', () => {
    expect(compare(fp32([0.5, 0.5], [1, 2]), fp32([0.1, 0.9], [1, 2])).labels?.different).toBe(0)
    expect(compare(fp32([0.9, 0.1], [1, 2]), fp32([0.5, 0.50001], [1, 2])).labels?.different).toBe(0)
  })

  test('a row of NaN has none', () => {
    const nan = [Number.NaN, Number.NaN]
    expect(compare(fp32(nan, [1, 2]), fp32(nan, [1, 2])).labels?.different).toBe(0)
    expect(compare(fp32(nan, [1, 2]), fp32([1, 0], [1, 2])).labels?.different).toBe(1)
  })

  test('are found in any block of a long tensor', () => {
    const [rows, columns] = [3000, 7]
    const data = Array.from({ length: rows * columns }, (_, at) => (at % columns === 3 ? 1 : 0))
    const other = data.with(2999 * columns + 3, 0).with(2999 * columns + 5, 1)
    const shape = [rows, columns]
    expect(compare(fp32(data, shape), fp32(other, shape)).labels).toEqual({ different: 1, rows })
  })

  test('are not asked of single floats, or of tensors of rank 3', () => {
    expect(compare(fp32([1, 2], [2, 1]), fp32([1, 2], [2, 1])).labels).toBeUndefined()
    expect(compare(fp32([1, 2], [1, 1, 2]), fp32([1, 2], [1, 1, 2])).labels).toBeUndefined()
  })
})

test('binary16 is read as the standard says', () => {
  const known: readonly (readonly [number, number])[] = [
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x0400, 2 ** -14],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
    [0x8000, -0],
    [0x3555, 0.333251953125],
  ]
  for (const [bits, value] of known) expect(halfNumber(bits)).toBe(value)
})
