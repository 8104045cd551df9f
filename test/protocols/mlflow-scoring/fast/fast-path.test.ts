import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ServingError } from '../../../../src/core/errors.ts'
import type { ScoringCodec } from '../../../../src/protocols/mlflow-scoring/scoring-codec.ts'
import { codecFor, column, decodeJson, input, type ModelInit, tensor } from '../models.ts'

const two = [column('a', 'double'), column('b', 'float')]
const doubles = [column('a', 'double'), column('b', 'double')]

const models: Readonly<Record<string, ModelInit>> = {
  'float columns': { schema: two, inputs: [input('x', 'FP32', [-1, 2])] },
  'double columns for a double model': { schema: doubles, inputs: [input('x', 'FP64', [-1, -1])] },
  'float columns for a double model': { schema: two, inputs: [input('x', 'FP64', [-1, 2])] },
  'a fixed number of rows': { schema: two, inputs: [input('x', 'FP32', [1, 2])] },
  'an unnamed tensor': { schema: [tensor('float32', [-1, 2])], inputs: [input('x', 'FP32', [-1, 2])] },
  'a named tensor': { schema: [tensor('float64', [-1, 2], 'x')], inputs: [input('x', 'FP32', [-1, 2])] },
  'two named tensors': {
    schema: [tensor('float32', [-1], 'a'), tensor('float64', [-1, 1], 'b')],
    inputs: [input('a', 'FP32', [-1]), input('b', 'FP64', [-1, 1])],
  },
  'no signature': { inputs: [input('x', 'FP32', [-1, 2])] },
  'no signature, two inputs': { inputs: [input('a', 'FP32', [-1]), input('b', 'FP64', [-1])] },
}

/** Number texts that casts treat differently, among plain ones; and what is no number. */
const cell = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('1', '2.5', '-3', '0.1', '1e3', '7.0') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['null', '-0', '-0.0', '0', '9007199254740993', '16777217', '1e39', '1e400', '9223372036854775808'],
      ...['18446744073709551616', '1e-46', 'true', '"1"', '"x"', '[]', '[1]', '{}', 'NaN', '-Infinity'],
    ),
  },
)

const list = (item: fc.Arbitrary<string>, length: number): fc.Arbitrary<string> =>
  fc.array(item, { minLength: length, maxLength: length }).map((items) => `[${items.join(',')}]`)

const size = fc.oneof(
  { weight: 8, arbitrary: fc.constant(2) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 }) },
)
const row = size.chain((length) => list(cell, length))
const matrix = fc.integer({ min: 0, max: 3 }).chain((rows) => list(row, rows))
const names = fc.constantFrom(
  '["a","b"]',
  '["b","a"]',
  '["a","b"]',
  '["a","a"]',
  '["a"]',
  '["a","b","c"]',
  '["a","z"]',
)
const key = fc.constantFrom('a', 'b', 'a', 'b', 'x', '__proto__', 'constructor')
const object = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    fc.tuple(value, value).map(([a, b]) => `{"a":${a},"b":${b}}`),
    fc.tuple(value, value).map(([a, b]) => `{"b":${b},"a":${a}}`),
    fc.array(fc.tuple(key, value), { maxLength: 3 }).map((entries) => {
      return `{${entries.map(([name, item]) => `"${name}":${item}`).join(',')}}`
    }),
  )

const index = fc.constantFrom(
  '[0]',
  '[0,1]',
  '[0,1,2]',
  '[]',
  '[1,0]',
  '[0,0]',
  '["r"]',
  '[0.0]',
  'null',
  '[[0,1]]',
)

const form = fc.oneof(
  fc.tuple(names, index, matrix).map(([columns, labels, data]) => {
    return `"dataframe_split":{"index":${labels},"columns":${columns},"data":${data}}`
  }),
  fc.tuple(names, matrix).map(([columns, data]) => `"dataframe_split":{"columns":${columns},"data":${data}}`),
  fc.array(object(cell), { maxLength: 3 }).map((rows) => `"dataframe_records":[${rows.join(',')}]`),
  object(row).map((value) => `"inputs":${value}`),
  matrix.map((value) => `"inputs":{"x":${value}}`),
  matrix.map((value) => `"inputs":${value}`),
  matrix.map((value) => `"instances":${value}`),
  row.map((value) => `"inputs":${value}`),
)

describe.each(Object.entries(models))('the fast path, for %s', (_, model) => {
  const codec = codecFor(model)

  it('answers as the general path', () => {
    fc.assert(
      fc.property(form, (text) => {
        // Parameters that the signature does not know are ignored, but not by the fast path.
        expect(outcome(codec, `{${text}}`)).toEqual(outcome(codec, `{${text},"params":null}`))
      }),
      { numRuns: 1500 },
    )
  })
})

function outcome(codec: ScoringCodec, text: string): unknown {
  try {
    const { request, form } = decodeJson(codec, text)
    return { inputs: [...request.inputs], form }
  } catch (error) {
    if (!(error instanceof ServingError)) throw error
    return { code: error.code, message: error.message }
  }
}
