import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Tensor } from '../../../../src/core/tensor.ts'
import { TextBuffer } from '../../../../src/protocols/mlflow-scoring/reply/text-buffer.ts'
import { writeData } from '../../../../src/protocols/open-inference/reply/data-writer.ts'
import { shortestFloat32 } from '../../../../src/protocols/open-inference/reply/shortest-float32.ts'

function dataText(tensor: Tensor): string {
  const out = new TextBuffer()
  writeData(tensor, out)
  return out.takeText()
}

const digitsOf = (value: number): number => {
  return value.toExponential().replace(/e.*/, '').replace(/[-.]/g, '').replace(/0+$/, '').length
}

function fewestDigits(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    if (Math.fround(Number(value.toPrecision(digits))) === value) return digits
  }
  return 9
}

const finite = fc.float({ noNaN: true, noDefaultInfinity: true })

test('reads back as the same float32, in the fewest digits', () => {
  fc.assert(
    fc.property(finite, (value) => {
      const shortest = shortestFloat32(value)
      expect(Math.fround(shortest)).toBe(value)
      if (value !== 0) expect(digitsOf(shortest)).toBeLessThanOrEqual(Math.max(fewestDigits(value), 8))
      if (Math.abs(value) < 2 ** 24 && value !== 0) expect(digitsOf(shortest)).toBe(fewestDigits(value))
    }),
    { numRuns: 5000 },
  )
})

test.each([
  [Math.fround(0.1), 0.1],
  [Math.fround(-1 / 3), -0.33333334],
  [2 ** -20, 9.536743e-7],
  [2 ** -149, 1e-45],
  [Math.fround(3.4028235e38), 3.4028235e38],
  [16777216, 16777216],
  [33554434, 33554434],
  [0.5, 0.5],
  [0, 0],
])('%s', (value, expected) => {
  expect(shortestFloat32(value)).toBe(expected)
})

test('a long list has the same texts as a short one', () => {
  const text = (data: Float32Array): string => dataText({ datatype: 'FP32', shape: [data.length], data })
  const some = fc.oneof(
    fc.float(),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
    fc.double({ min: -1e10, max: 1e10 }),
    fc.double({ min: -1e-3, max: 1e-3 }),
    fc.constantFrom(1e-4, 9.9999e-5, 1e-5, 1.5e-5, -1.25e-7, 1e-10, 1e-12, 9.99999e-13),
    fc.double({ min: 0, max: 1 }).map((value) => 10 ** (-13 * value)),
  )
  fc.assert(
    fc.property(fc.array(some, { minLength: 64, maxLength: 300 }), (values) => {
      const data = Float32Array.from(values)
      expect(text(data)).toBe(
        `[${Array.from(data, (_, i) => text(data.subarray(i, i + 1)).slice(1, -1)).join()}]`,
      )
    }),
    { numRuns: 200 },
  )
})

test('a list of the longest texts has room for them', () => {
  const data = new Float32Array(1000).fill(-1.17549435e-38)
  const parsed: unknown = JSON.parse(dataText({ datatype: 'FP32', shape: [1000], data }))
  expect(Float32Array.from(parsed as number[])).toEqual(data)
})
