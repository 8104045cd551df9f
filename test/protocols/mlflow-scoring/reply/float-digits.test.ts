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
  const { high, low, point } = digits
  return `${`${high}${String(low).padStart(8, '0')}`.replace(/0+$/, '')} ${point}`
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

const view = new DataView(new ArrayBuffer(8))
const bits = fc.bigInt({ min: 0n, max: 0x7fefffffffffffffn }).map((pattern) => {
  view.setBigUint64(0, pattern)
  return view.getFloat64(0)
})
const belowOne = fc.integer({ min: -280, max: 0 }).map((exponent) => 10 ** exponent)
const powersOfTwo = fc.integer({ min: -930, max: 50 }).map((exponent) => 2 ** exponent)

describe('FloatDigits', () => {
  it.each([
    ['doubles of all sizes', scaled, 0],
    ['widened float32s', scaled.map(Math.fround), 0],
    ['decimals of few digits', short, 0],
    ['fractions of powers of two', dyadic, 0],
    ['powers of two', powersOfTwo, 0.2],
    ['powers of ten', belowOne, 0.2],
    ['doubles of any bits', bits, 0.7],
  ])('finds the digits of nearly all %s, and no wrong ones', (_, values, mostLeft) => {
    const numRuns = 20_000
    let left = 0
    fc.assert(
      fc.property(values, (value) => {
        if (digits.find(value)) expect(found()).toBe(expected(value))
        else left += 1
      }),
      { numRuns },
    )
    expect(left).toBeLessThanOrEqual(numRuns * (mostLeft + 0.01))
  })

  it('has the even one of two digits that are equally near', () => {
    expect(digits.find(5e-324)).toBe(false)
    for (const value of [0.5 + 2 ** -24, 1 + 2 ** -18, 0.5 + 2 ** -17]) {
      expect(digits.find(value)).toBe(true)
      expect(found()).toBe(expected(value))
    }
  })

  it.each([0, -1, 9.9e-284, 1e17, Number.NaN, Number.POSITIVE_INFINITY, 5e-324])(
    'leaves %d to others',
    (value) => {
      expect(digits.find(value)).toBe(false)
    },
  )
})
