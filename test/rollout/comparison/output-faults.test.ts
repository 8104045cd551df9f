import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasFault } from '../../../src/rollout/comparison/output-faults.ts'
import { fp16, fp32, fp64, int64, tensors, text } from './tensors.ts'

describe('hasFault', () => {
  test('finds NaN and infinities anywhere in floats', () => {
    const bad = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)
    const good = fc.array(fc.double({ noDefaultInfinity: true, noNaN: true }), { minLength: 1 })
    fc.assert(
      fc.property(good, bad, fc.nat(), (data, value, at) => {
        expect(hasFault(tensors({ y: fp64(data) }))).toBe(false)
        expect(hasFault(tensors({ y: fp64(data.with(at % data.length, value)) }))).toBe(true)
      }),
    )
    expect(hasFault(tensors({ x: fp32([1]), y: fp32([1, Number.NaN]) }))).toBe(true)
  })

  test('reads the bits of FP16', () => {
    expect(hasFault(tensors({ y: fp16([0x3c00, 0x7bff, 0xfbff]) }))).toBe(false)
    for (const bits of [0x7c00, 0xfc00, 0x7e01]) expect(hasFault(tensors({ y: fp16([bits]) }))).toBe(true)
  })

  test('finds none in integers and text', () => {
    expect(hasFault(tensors({ a: int64([-1n]), b: text(['NaN']) }))).toBe(false)
  })

  test('finds other shapes than the control has, but for the number of rows', () => {
    const control = tensors({ y: fp32([1, 2, 3], [1, 3]) })
    expect(hasFault(tensors({ y: fp32([1, 2, 3, 4, 5, 6], [2, 3]) }), control)).toBe(false)
    expect(hasFault(tensors({ y: fp32([1, 2], [1, 2]) }), control)).toBe(true)
    expect(hasFault(tensors({ y: fp32([1, 2, 3]) }), control)).toBe(true)
    expect(hasFault(tensors({ z: fp32([1, 2, 3], [1, 3]) }), control)).toBe(true)
    expect(hasFault(new Map(), control)).toBe(true)
  })
})
