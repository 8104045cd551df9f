import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ServingError } from '../../../../src/core/errors.ts'
import type { Datatype, TensorMap } from '../../../../src/core/tensor.ts'
import { CsvBlockReader } from '../../../../src/protocols/mlflow-scoring/csv/csv-block-reader.ts'
import { readCsvLayout } from '../../../../src/protocols/mlflow-scoring/csv/csv-layout.ts'
import { planCsv } from '../../../../src/protocols/mlflow-scoring/csv/csv-plan.ts'
import { CsvFastPath } from '../../../../src/protocols/mlflow-scoring/fast/csv-fast-path.ts'
import type { ScalarType, Schema } from '../../../../src/signature/model-signature.ts'
import { codecFor, column, input } from '../models.ts'

const encode = (text: string) => new TextEncoder().encode(text)

interface Model {
  readonly types: readonly ScalarType[]
  readonly inputs: readonly ReturnType<typeof input>[]
}

const names = ['a', 'b', 'c']
const matrix = (datatype: Datatype) => [input('x', datatype, [-1, 3])]
const vectors = (...datatypes: Datatype[]) => datatypes.map((datatype, i) => input(names[i]!, datatype, [-1]))

const MODELS: Readonly<Record<string, Model>> = {
  'doubles as one float matrix': { types: ['double', 'double', 'double'], inputs: matrix('FP32') },
  'floats as one float matrix': { types: ['float', 'float', 'float'], inputs: matrix('FP32') },
  'doubles as one double matrix': { types: ['double', 'double', 'double'], inputs: matrix('FP64') },
  'mixed numbers as one float matrix': { types: ['double', 'long', 'integer'], inputs: matrix('FP32') },
  'mixed numbers as one double matrix': { types: ['long', 'double', 'integer'], inputs: matrix('FP64') },
  'integers as one matrix': { types: ['long', 'integer', 'long'], inputs: matrix('INT64') },
  'small integers as one matrix': { types: ['integer', 'integer', 'integer'], inputs: matrix('INT32') },
  'a column for each input': { types: ['double', 'float', 'long'], inputs: vectors('FP64', 'FP32', 'INT64') },
  'truth values': { types: ['boolean', 'integer', 'double'], inputs: vectors('BOOL', 'INT32', 'FP32') },
}

/** Header, columns the model does not know among them. */
const HEADER = 'b,more,a,c'

const number = fc.oneof(
  fc.integer({ min: -9, max: 999 }).map(String),
  fc.tuple(fc.integer({ min: -9999, max: 9999 }), fc.integer({ min: 0, max: 7 })).map(([digits, point]) => {
    return (digits / 10 ** point).toFixed(point)
  }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.double({ min: -1000, max: 1000, noNaN: true }).map((value) => String(value)),
  fc.double({ min: -1000, max: 1000, noNaN: true }).map((value) => value.toFixed(19)),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => String(value)),
  fc.float({ min: 1, max: 2, noNaN: true }).map((value) => String(value + 2 ** -24)),
  fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }).map(String),
)
const hostile = fc.constantFrom(
  ...[
    '',
    '-',
    '.',
    '.5',
    '5.',
    '-0',
    '-0.0',
    '+1',
    '1e5',
    '1E-3',
    '1e',
    '1e+',
    '1e400',
    '1e-400',
    '--1',
    '1-',
  ],
  ...['9007199254740992', '9007199254740993', '-9007199254740993.0', '1.00000000000000011102230246251565'],
  ...['0.1e23', '1e23', '8.5e22', '123456789012345678901234567890', '0.000000000000000000000001', '1e00005'],
  ...[
    '16777217',
    '16777217.000000001',
    '1.0000000596046448',
    '3.4028235677973366e38',
    '1e-46',
    '1_0',
    '0x10',
  ],
  ...[
    'inf',
    '-Infinity',
    'nan',
    'NA',
    'null',
    'True',
    'false',
    ' 1',
    '1 ',
    '\t2',
    '"1.5"',
    '"1,5"',
    'é',
    '\u0001',
  ],
  ...['2147483647', '2147483648', '-2147483649', '9223372036854775808', '1.5', '1.0', '0.0', '1'],
)
const cell = fc.oneof({ weight: 30, arbitrary: number }, { weight: 1, arbitrary: hostile })
const other = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('x', '', 'two words', 'é', '7') },
  { weight: 1, arbitrary: fc.constantFrom('"a,b"', '"a""b"', '"a\nb"', '"a"b', 'a"b', '"') },
)
const record = fc.tuple(cell, other, cell, cell).map((cells) => cells.join(','))
const line = fc.oneof(
  { weight: 40, arbitrary: record },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '1', '1,x,2', '1,x,2,3,4', ',,,', ' 1,x,2,3') },
)
const block = fc
  .tuple(fc.array(line, { maxLength: 6 }), fc.constantFrom('\n', '\n', '\r\n', '\r'), fc.boolean())
  .map(([lines, end, closed]) => lines.join(end) + (closed ? end : ''))

function outcome(decode: () => TensorMap): unknown {
  try {
    return [...decode()]
  } catch (error) {
    if (error instanceof ServingError) return error.code
    throw error
  }
}

describe.each(Object.entries(MODELS))('the fast path of CSV, for %s', (_, { types, inputs }) => {
  const schema: Schema = {
    kind: 'columns',
    columns: types.map((type, i) => ({ name: names[i]!, type, required: true })),
  }
  const layout = readCsvLayout(encode(`${HEADER}\n1,2,3,4\n`))
  const fast = CsvFastPath.compile(layout, schema, inputs)!
  const reader = new CsvBlockReader(layout, planCsv(layout, schema))
  const codec = codecFor({ schema: types.map((type, i) => column(names[i]!, type)), inputs })
  const general = (bytes: Uint8Array) =>
    codec.decodeFrame(reader.read({ bytes, firstLine: 2 })).request.inputs

  it('answers as the general path, or declines', () => {
    fc.assert(
      fc.property(block, (text) => {
        const bytes = encode(text)
        const answer = fast.decode(bytes)
        if (answer !== undefined) expect([...answer]).toEqual(outcome(() => general(bytes)))
      }),
      { numRuns: 1000 },
    )
  })

  it('answers plain numbers', () => {
    const bytes = encode('1,x,1,1\n0,y,1,0\r\n1,"q,""\n",0,1')
    const answer = fast.decode(bytes)
    expect(answer).toBeDefined()
    expect([...answer!]).toEqual(outcome(() => general(bytes)))
  })

  it('declines text that is not UTF-8', () => {
    expect(fast.decode(Uint8Array.of(...encode('1,'), 0xff, ...encode(',1,1\n')))).toBeUndefined()
  })
})

describe('the fast path of CSV', () => {
  it('reads nearly all decimals by itself, to the last bit', () => {
    const schema: Schema = { kind: 'columns', columns: [{ name: 'a', type: 'double', required: true }] }
    const layout = readCsvLayout(encode('a\n1\n'))
    for (const datatype of ['FP32', 'FP64'] as const) {
      const fast = CsvFastPath.compile(layout, schema, [input('x', datatype, [-1, 1])])!
      fc.assert(
        fc.property(fc.array(number, { minLength: 1 }), (texts) => {
          const data = fast.decode(encode(texts.join('\n')))?.get('x')?.data
          const values = texts.map(Number)
          expect(data).toEqual(datatype === 'FP32' ? Float32Array.from(values) : Float64Array.from(values))
        }),
        { numRuns: 1000 },
      )
    }
  })

  it('reads memory that threads share', () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(8))
    bytes.set(encode('1.5\n2e0\n'))
    const schema: Schema = { kind: 'columns', columns: [{ name: 'a', type: 'double', required: true }] }
    const fast = CsvFastPath.compile(readCsvLayout(encode('a\n1\n')), schema, [input('x', 'FP32', [-1, 1])])
    expect(fast?.decode(bytes)?.get('x')?.data).toEqual(Float32Array.of(1.5, 2))
  })

  it.each([
    ['a column of text', ['double', 'string', 'double'], matrix('FP32')],
    ['a matrix of another dtype', ['double', 'double', 'double'], matrix('INT64')],
    ['floats for doubles', ['float', 'float', 'float'], matrix('FP64')],
    [
      'an input of no column',
      ['double', 'double', 'double'],
      vectors('FP64').concat(input('z', 'FP64', [-1])),
    ],
  ] as const)('is left out for %s', (_, types, inputs) => {
    const schema: Schema = {
      kind: 'columns',
      columns: types.map((type, i) => ({ name: names[i]!, type, required: true })),
    }
    expect(CsvFastPath.compile(readCsvLayout(encode(`${HEADER}\n`)), schema, inputs)).toBeUndefined()
  })
})
