import { describe, expect, it } from 'vitest'
import { type ErrorCode, ServingError } from '../../../src/core/errors.ts'
import type { ScoringCodec } from '../../../src/protocols/mlflow-scoring/scoring-codec.ts'
import { computedMs } from '../../fixtures/computing-time.ts'
import { codecFor, column, decodeJson, input, tensor } from './models.ts'

const columns = codecFor({
  schema: [column('a', 'double'), column('b', 'double')],
  inputs: [input('x', 'FP32', [-1, 2])],
})
const matrix = codecFor({ schema: [tensor('float32', [-1, 2])], inputs: [input('x', 'FP32', [-1, 2])] })
const typed = codecFor({
  schema: [column('i', 'integer'), column('l', 'long'), column('t', 'string'), column('p', 'boolean')],
  inputs: [
    input('i', 'INT32', [-1]),
    input('l', 'INT64', [-1]),
    input('t', 'BYTES', [-1]),
    input('p', 'BOOL', [-1]),
  ],
})
const unsigned = codecFor({ inputs: [input('x', 'FP32', [-1, 2])] })

function refusal(codec: ScoringCodec, body: unknown): ServingError {
  try {
    decodeJson(codec, body)
  } catch (error) {
    if (error instanceof ServingError) return error
    throw error
  }
  throw new Error('The request was not refused.')
}

function split(names: unknown, ...data: unknown[]): unknown {
  return { dataframe_split: { columns: names, data } }
}

interface Case {
  readonly name: string
  readonly codec: ScoringCodec
  readonly body: unknown
  readonly code: ErrorCode
  readonly message: string
}

const cases: readonly Case[] = [
  bad('broken JSON', columns, '{"inputs": [1,', 'Expecting value: line 1 column 15'),
  bad('an empty body', columns, '', 'Expecting value: line 1 column 1 (char 0)'),
  bad('a list', columns, '[]', 'Received a list'),
  bad('a number', columns, '1', "Received unexpected input type '<class 'int'>"),
  bad('no form', columns, {}, 'Received dictionary with input fields: []'),
  bad('two forms', columns, { inputs: 1, instances: 1 }, "input fields: ['inputs', 'instances']"),
  bad('nesting of 10,000', columns, `{"inputs":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 'Nested deeper'),
  bad('nesting beyond NumPy', matrix, `{"inputs":${'['.repeat(70)}1${']'.repeat(70)}}`, 'dimension of 64'),
  bad(
    'an integer of a million digits',
    columns,
    `{"inputs":${'9'.repeat(1_000_000)}}`,
    'more than 4300 digits',
  ),
  bad(
    'an integer no double holds',
    columns,
    split(['a', 'b'], ['§', 1]),
    'int too large to convert to float',
  ),
  bad('ragged lists', matrix, { inputs: [[1, 2], [3]] }, 'inhomogeneous shape after 1 dimensions'),
  bad('ragged rows for named columns', columns, split(['a', 'b'], [1, 2, 3]), '2 columns passed'),
  bad('text for a number', columns, split(['a', 'b'], ['x', 1]), "could not convert string to float: 'x'"),
  bad('text for an integer', typed, split(['i', 'l', 't', 'p'], ['1.5', 1, 'a', true]), "base 10: '1.5'"),
  bad('null for a long', typed, split(['i', 'l', 't', 'p'], [1, null, 'a', true]), "not 'NoneType'"),
  bad(
    'a list for a number',
    columns,
    split(['a', 'b'], [[1], 1]),
    'setting an array element with a sequence',
  ),
  bad('an integer out of range', typed, { inputs: { i: [3_000_000_000] } }, 'out of bounds for int32'),
  bad('NaN for an integer', typed, '{"inputs":{"i":[NaN]}}', 'cannot convert float NaN to integer'),
  bad(
    'infinity for an integer',
    typed,
    '{"inputs":{"i":[1e400]}}',
    'cannot convert float infinity to integer',
  ),
  bad('split data that is no frame', columns, split('a', 1), 'must be called with a collection'),
  bad('split that is no object', columns, { dataframe_split: [] }, 'must be a dictionary. Got list'),
  bad('split with other keys', columns, { dataframe_split: { data: [], x: 1 } }, "optionally 'columns'"),
  bad('records that are no list', columns, { dataframe_records: {} }, 'must be a list of records'),
  bad('columns of differing lengths', columns, { instances: [{ a: 1, b: 1 }, { a: 1 }] }, 'are not the same'),
  bad('whole numbers without a signature', unsigned, { inputs: [[1, 2]] }, 'Actual: (tensor(int64))'),
  bad('the wrong width without a signature', unsigned, { inputs: [[1.5]] }, 'index: 1 Got: 1 Expected: 2'),
  bad('the wrong rank without a signature', unsigned, { inputs: [1.5] }, 'Got: 1 Expected: 2'),
  bad(
    'an unknown input without a signature',
    unsigned,
    { inputs: { x: [[1.5, 2]], y: [1] } },
    'Invalid input name: y',
  ),
  bad('a missing input without a signature', unsigned, { inputs: {} }, "Required input 'x' is missing"),
  bad('an empty list without a signature', unsigned, { inputs: [] }, "got '<class 'list'>'"),
  unfit('a missing column', columns, split(['a'], [1]), "missing inputs ['b']."),
  unfit(
    'a missing and an extra column',
    columns,
    split(['a', 'z'], [1, 2]),
    "there were extra inputs: ['z']",
  ),
  unfit('a column twice', columns, split(['a', 'b', 'b'], [1, 2, 3]), "no attribute 'dtype'"),
  unfit(
    'the wrong rank',
    matrix,
    { inputs: [1, 2] },
    'Shape of input (2,) does not match expected shape (-1, 2).',
  ),
  unfit('the wrong width', matrix, { inputs: [[1, 2, 3]] }, 'Shape of input (1, 3) does not match'),
  unfit('lists in a column', typed, { inputs: { i: [[1]], l: [1], t: ['a'], p: [true] } }, 'object to int32'),
  unfit('the key __proto__', columns, '{"inputs":{"__proto__":{"a":1},"b":[1]}}', "missing inputs ['a']"),
  unfit('an LLM request', columns, { messages: [] }, "missing inputs ['a', 'b']"),
]

function bad(name: string, codec: ScoringCodec, body: unknown, message: string): Case {
  return { name, codec, body, message, code: 'BAD_REQUEST' }
}

function unfit(name: string, codec: ScoringCodec, body: unknown, message: string): Case {
  return { name, codec, body, message, code: 'INVALID_PARAMETER_VALUE' }
}

describe('a body that cannot be scored is refused', () => {
  it.each(cases)('$name', ({ codec, body, code, message }) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body).replace('"§"', '1'.padEnd(400, '0'))
    const error = refusal(codec, text)
    expect(error.code).toBe(code)
    expect(error.message).toContain(message)
    expect(error.errorClass).toBe(
      code === 'BAD_REQUEST' ? 'INVALID_PARAMETER_VALUE' : 'SCHEMA_ENFORCEMENT_FAILED',
    )
  })

  it.each([
    ['short rows', `{"dataframe_split":{"data":[[${list(50_000)}]${',[]'.repeat(50_000)}]}}`],
    ['a long index', `{"dataframe_split":{"data":[[${list(50_000)}]],"index":[${list(50_000)}]}}`],
    [
      'an index alone',
      `{"dataframe_split":{"data":[],"columns":[${list(50_000)}],"index":[${list(50_000)}]}}`,
    ],
    ['a key of its own in each record', `{"dataframe_records":[${objects(20_000)}]}`],
    ['a key of its own in each input', `{"inputs":[${objects(20_000)}]}`],
    ['scalars beside a list', `{"inputs":{"a":[${list(50_000)}],${entries(50_000)}}}`],
  ])('a small body that asks for a huge frame: %s', (_, text) => {
    const started = computedMs()
    expect(refusal(columns, text).message).toContain('too large for the')
    expect(computedMs() - started).toBeLessThan(2000)
  })

  it('octets that are not UTF-8', () => {
    const body = Buffer.from([...Buffer.from('{"inputs":"'), 0xff, 0x22, 0x7d])
    expect(() => columns.decode(body, 'application/json')).toThrow('not UTF-8')
  })

  it('with a message of bounded length', () => {
    expect(refusal(columns, `{"inputs": "${'x'.repeat(100_000)}"`).message.length).toBeLessThan(8100)
    expect(refusal(columns, { inputs: 'x'.repeat(100_000) }).message.length).toBeLessThan(8100)
  })
})

describe('strange input that MLflow takes is taken', () => {
  const values = (codec: ScoringCodec, body: unknown, name = 'x'): unknown[] => [
    ...(decodeJson(codec, body).request.inputs.get(name)?.data ?? []),
  ]

  it('a byte order mark', () => {
    expect(values(matrix, '\ufeff{"inputs":[[1,2]]}')).toEqual([1, 2])
  })

  it('NaN tokens and null', () => {
    expect(values(matrix, '{"inputs":[[NaN,null]]}')).toEqual([Number.NaN, Number.NaN])
  })

  it('1e400 as infinity', () => {
    expect(values(columns, '{"dataframe_split":{"columns":["a","b"],"data":[[1e400,-1e400]]}}')).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ])
  })

  it('extra columns and other orders', () => {
    expect(values(columns, split(['z', 'b', 'a'], [9, 2, 1]))).toEqual([1, 2])
  })

  it('extra keys beside the form', () => {
    expect(values(matrix, { inputs: [[1, 2]], signature_name: 'x' })).toEqual([1, 2])
  })

  it('short rows, filled with NaN', () => {
    expect(values(columns, split(['a', 'b'], [1, 2], [3]))).toEqual([1, 2, 3, Number.NaN])
  })

  it('text that reads as a number', () => {
    expect(values(columns, split(['a', 'b'], [' 1e3 ', '-0']))).toEqual([1000, -0])
  })

  it('integers of a frame that wrap around', () => {
    const body = split(['i', 'l', 't', 'p'], [3_000_000_000, 1.9, 5, 'false'])
    expect(values(typed, body, 'i')).toEqual([-1_294_967_296])
    expect(values(typed, body, 'l')).toEqual([1n])
    expect(values(typed, body, 't')).toEqual(['5'])
    expect(values(typed, body, 'p')).toEqual([1])
  })
})

function list(length: number): string {
  return Array.from({ length }, (_, i) => i).join(',')
}

function entries(count: number): string {
  return Array.from({ length: count }, (_, i) => `"k${i}":1`).join(',')
}

function objects(count: number): string {
  return Array.from({ length: count }, (_, i) => `{"k${i}":1}`).join(',')
}
