import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FloatDigits } from '../../../../src/protocols/mlflow-scoring/reply/float-digits.ts'

const digits = new FloatDigits()

/** The digits and the place of the point as JavaScript finds them. */
function expected(value: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  return `${mantissa.replace('.', '')} ${Number(exponent) + 1}`
}

function found(): string {
  return `${Buffer.from(digits.digits.subarray(0, digits.count)).toString()} ${digits.point}`
}

const scaled = fc
  .tuple(fc.double({ min: 0.1, max: 1, noNaN: true }), fc.integer({ min: -5, max: 15 }))
  .map(([value, exponent]) => value * 10 ** exponent)
const short = fc
  .tuple(fc.integer({ min: 1, max: 2 ** 31 }), fc.integer({ min: 0, max: 9 }))
  .map(([mantissa, decimals]) => mantissa / 10 ** decimals)
const dyadic = fc
  .tuple(fc.integer({ min: 1, max: 2 ** 26 }), fc.integer({ min: 0, max: 40 }))
  .map(([mantissa, exponent]) => mantissa / 2 ** exponent)

describe('FloatDigits', () => {
  it.each([
    ['doubles of all sizes', scaled],
    ['widened float32s', scaled.map(Math.fround)],
    ['decimals of few digits', short],
    ['fractions of powers of two', dyadic],
  ])('finds the digits of %s, or leaves them to others', (_, values) => {
    let left = 0
    fc.assert(
      fc.property(values, (value) => {
        if (digits.find(value)) expect(found()).toBe(expected(value))
        else left += 1
      }),
      { numRuns: 20_000 },
    )
    expect(left).toBeLessThan(6_000)
  })

  it.each([0, -1, 9.9e-7, 1e15, Number.NaN, Number.POSITIVE_INFINITY, 5e-324])(
    'leaves %d to others',
    (value) => {
      expect(digits.find(value)).toBe(false)
    },
  )
})
