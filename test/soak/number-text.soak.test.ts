/**
 * Ten million random numbers of each kind, as replies write them: each has the digits that JavaScript itself finds, or for a
 * float32 the fewest that read back as the same, and few are left to the slow way.
 *
 *     HEADRACE_SOAK_NUMBERS=10000000 npm run test:soak -- number-text
 */
import { expect, test } from 'vitest'
import { FloatDigits } from '../../src/protocols/mlflow-scoring/reply/float-digits.ts'
import { TextBuffer } from '../../src/protocols/mlflow-scoring/reply/text-buffer.ts'
import { writeFloat32 } from '../../src/protocols/open-inference/reply/float32-text.ts'

const NUMBERS = Number(process.env['HEADRACE_SOAK_NUMBERS'] ?? 10_000_000)
const FLOAT64 = new Float64Array(1)
const FLOAT64_BITS = new Uint32Array(FLOAT64.buffer)
const FLOAT32 = new Float32Array(1)
const FLOAT32_BITS = new Uint32Array(FLOAT32.buffer)

const random32 = (): number => Math.floor(Math.random() * 2 ** 32)

function anyFloat64(): number {
  FLOAT64_BITS[0] = random32()
  FLOAT64_BITS[1] = random32()
  return FLOAT64[0]!
}

function anyFloat32(): number {
  FLOAT32_BITS[0] = random32()
  return FLOAT32[0]!
}

/** The neighbours of powers of ten, where the number of digits changes. */
function nearPowerOfTen(): number {
  FLOAT64[0] = 10 ** Math.floor(Math.random() * 300 - 283)
  FLOAT64_BITS[0] = (FLOAT64_BITS[0]! + Math.floor(Math.random() * 9) - 4) >>> 0
  return FLOAT64[0]!
}

const dyadic = (): number => Math.floor(Math.random() * 2 ** 30) / 2 ** Math.floor(Math.random() * 60)
const decimal = (): number => Math.round(Math.random() * 1e9) / 10 ** Math.floor(Math.random() * 20)

test.each([
  ['doubles of any bits', anyFloat64, 0.6],
  ['float32s of any bits, widened,', anyFloat32, 0.3],
  ['doubles below 1', Math.random, 0.001],
  ['float32s below 1', () => Math.fround(Math.random()), 0.001],
  ['fractions of powers of two', dyadic, 0.001],
  ['decimals of few digits', decimal, 0.001],
  ['neighbours of powers of ten', nearPowerOfTen, 0.2],
])('%s have the digits that JavaScript finds', (_, make, mostLeft) => {
  const out = new TextBuffer()
  const digits = new FloatDigits()
  let left = 0
  for (let made = 0; made < NUMBERS; made += 1) {
    const value = make()
    if (!Number.isFinite(value)) continue
    if (!digits.find(Math.abs(value))) left += 1
    out.float(value)
    const text = out.takeText()
    if (!isTextOf(text, value)) expect.fail(`${value} was written as ${text}`)
  }
  expect(left / NUMBERS).toBeLessThan(mostLeft)
})

/** Python's form differs from JavaScript's, but not the digits, of which there are no more than needed. */
function isTextOf(text: string, value: number): boolean {
  return Object.is(Number(text), value) && digitsOf(text) === digitsOf(String(value))
}

function digitsOf(text: string): string {
  const digits = text.replace(/e.*/, '').replace(/[-.]/g, '').replace(/^0+/, '')
  return digits.replace(/0+$/, '')
}

test('float32s of any bits have the fewest digits that read back as the same', () => {
  const out = new TextBuffer()
  for (let made = 0; made < NUMBERS; made += 1) {
    const value = anyFloat32()
    if (!Number.isFinite(value) || (Number.isInteger(value) && Math.abs(value) < 2 ** 24)) continue
    writeFloat32(value, out)
    const text = out.takeText()
    if (Number(text) !== shortest(value)) expect.fail(`${value} was written as ${text}`)
  }
})

function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits += 1) {
    const candidate = Number(value.toPrecision(digits))
    if (Math.fround(candidate) === value) return candidate
  }
  return Number(value.toPrecision(9))
}
