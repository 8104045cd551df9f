import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ServingError } from '../../../../src/core/errors.ts'
import type { Datatype } from '../../../../src/core/tensor.ts'
import { CsvBodyFastPath } from '../../../../src/protocols/mlflow-scoring/fast/csv-body-fast-path.ts'
import type { ScalarType, Schema } from '../../../../src/signature/model-signature.ts'
import { codecFor, column, input } from '../models.ts'

const names = ['a', 'b', 'c']
const matrix = (datatype: Datatype) => [input('x', datatype, [-1, 3])]

const MODELS = {
  'doubles as one float matrix': { types: ['double', 'double', 'double'], inputs: matrix('FP32') },
  'floats as one float matrix': { types: ['float', 'float', 'float'], inputs: matrix('FP32') },
  'doubles as one double matrix': { types: ['double', 'double', 'double'], inputs: matrix('FP64') },
  'a column for each input': {
    types: ['double', 'float', 'double'],
    inputs: [input('a', 'FP64', [-1]), input('b', 'FP32', [-1]), input('c', 'FP32', [-1])],
  },
} as const

const schemaOf = (types: readonly ScalarType[]): Schema => ({
  kind: 'columns',
  columns: types.map((type, i) => ({ name: names[i]!, type, required: true })),
})

const number = fc.oneof(
  fc.integer({ min: -9, max: 999 }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.double({ min: -1000, max: 1000, noNaN: true }).map((value) => value.toFixed(6)),
)
const hostile = fc.constantFrom(
  ...['', '-', '.5', '5.', '-0', '+1', '1e400', 'inf', 'nan', 'NA', 'null', 'true', 'False', ' 1', '1 '],
  ...['"1.5"', '"1,5"', '"', 'é', '9007199254740993', '123456789012345678901234567890', 'x', '\u0000'],
)
const cell = fc.oneof({ weight: 30, arbitrary: number }, { weight: 1, arbitrary: hostile })
const record = fc.tuple(cell, cell, cell).map((cells) => cells.join(','))
const line = fc.oneof(
  { weight: 30, arbitrary: record },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '1', '1,2', '1,2,3,4', ',,', 'true,true,true') },
)
const header = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a,b,c', 'c,a,b') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['\ufeffa,b,c', '"a",b,c', 'a,b', 'a,b,c,d', 'a,a,b,c', 'a,b,d', ' a,b,c', '', 'a,b,c,', 'a\rb,c'],
      '"a\n",b,c',
    ),
  },
)
const body = fc
  .tuple(header, fc.array(line, { maxLength: 5 }), fc.constantFrom('\n', '\r\n', '\r'), fc.boolean())
  .map(([first, lines, end, closed]) => Buffer.from([first, ...lines].join(end) + (closed ? end : '')))

describe.each(Object.entries(MODELS))('the fast path of CSV bodies, for %s', (_, { types, inputs }) => {
  const fast = CsvBodyFastPath.compile(schemaOf(types), inputs)!

  /** A codec's first body goes the general way. */
  async function general(bytes: Buffer): Promise<unknown> {
    const codec = codecFor({ schema: types.map((type, i) => column(names[i]!, type)), inputs })
    try {
      const { request } = await codec.decode(bytes, 'text/csv')
      return [...request.inputs]
    } catch (error) {
      if (error instanceof ServingError) return error.code
      throw error
    }
  }

  it('answers as the general path, or declines', async () => {
    await fc.assert(
      fc.asyncProperty(body, async (bytes) => {
        const answer = fast.decode(bytes)
        if (answer !== undefined) expect([...answer]).toEqual(await general(bytes))
      }),
      { numRuns: 1000 },
    )
  })

  it.each(['a,b,c\n1,2.5,-3e-2\n4,,nan\n', 'c,b,a\r\n1,2,3\r\n4,5,6', '\ufeffa,b,c\n1,2,3\n'])(
    'answers %j',
    async (text) => {
      const bytes = Buffer.from(text)
      const answer = fast.decode(bytes)
      expect(answer).toBeDefined()
      expect([...answer!]).toEqual(await general(bytes))
    },
  )

  it.each([
    ['other columns', 'a,b,c,d\n1,2,3,4\n'],
    ['an index', 'a,b,c\n0,1,2,3\n'],
    ['truth values', 'a,b,c\n1,true,3\n'],
    ['no rows', 'a,b,c\n'],
    ['no header', ''],
    ['quotes in the header', '"a",b,c\n1,2,3\n'],
  ])('leaves %s to the general path', (_, text) => {
    expect(fast.decode(Buffer.from(text))).toBeUndefined()
  })
})

describe('the fast path of CSV bodies', () => {
  it('is left out for columns that are read as a whole', () => {
    expect(CsvBodyFastPath.compile(schemaOf(['double', 'long', 'double']), matrix('FP64'))).toBeUndefined()
  })

  it('is taken by the second body, with the answer of the first', async () => {
    const codec = codecFor({ schema: names.map((name) => column(name, 'double')), inputs: matrix('FP64') })
    const bytes = Buffer.from('a,b,c\n1,2.5,3\n4,5,6\n')
    const first = await codec.decode(bytes, 'text/csv')
    const second = codec.decode(bytes, 'text/csv')
    expect(second).not.toBeInstanceOf(Promise)
    expect(second).toEqual(first)
  })
})
