import fc from 'fast-check'
import { expect, it } from 'vitest'
import { floatText } from '../../../../src/protocols/mlflow-scoring/python/float-text.ts'
import { parsePythonFloat } from '../../../../src/protocols/mlflow-scoring/python/parse-number.ts'
import { readRecorded } from '../recorded/read-recorded.ts'

type Row = readonly [bits: string, repr: string]

it('writes floats as Python does', () => {
  for (const [bits, repr] of readRecorded<Row>('floats.jsonl')) {
    expect(floatText(Buffer.from(bits, 'hex').readDoubleBE())).toBe(repr)
  }
})

it('writes text that reads back as the same float', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      expect(parsePythonFloat(floatText(value))).toBe(value)
    }),
  )
})

it('always shows that it is a float', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(floatText(value)).toMatch(/^-?\d+(\.\d+)?e[+-]\d{2,3}$|^-?\d+\.\d+$/)
    }),
  )
})
