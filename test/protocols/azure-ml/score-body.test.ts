import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readScoreBody } from '../../../src/protocols/azure-ml/score-body.ts'

const SPLIT = { columns: ['a'], index: [0], data: [[1]] }

function read(text: string): { readonly isInputData: boolean; readonly body: unknown } {
  const { bytes, isInputData } = readScoreBody(Buffer.from(text))
  return { isInputData, body: JSON.parse(Buffer.from(bytes).toString()) }
}

describe('the input_data of Azure ML', () => {
  test.each([
    ['columns, index and data', SPLIT, 'dataframe_split'],
    ['data alone', { data: [[1]] }, 'dataframe_split'],
    ['objects, one a row', [{ a: 1 }, { a: 2 }], 'dataframe_records'],
    ['a list of rows', [[1, 2]], 'inputs'],
    ['nothing', [], 'inputs'],
    ['named tensors', { tokens: [[1]], mask: [[1]] }, 'inputs'],
    ['a tensor whose name begins like a key', { 'data-x': [[1]], index_2: [1] }, 'inputs'],
    ['a number', 5, 'inputs'],
  ])('that is %s', (_, value, form) => {
    const body = { [form]: value }
    expect(read(JSON.stringify({ input_data: value }))).toEqual({ isInputData: true, body })
    expect(read(JSON.stringify({ params: { a: 1 }, input_data: value }))).toEqual({
      isInputData: true,
      body: { ...body, params: { a: 1 } },
    })
  })

  test('is found in the same form wherever it stands and however it is spaced', () => {
    const name = fc.oneof(fc.constantFrom('columns', 'index', 'data', 'x', 'data.1'), fc.string())
    const row = fc.oneof(fc.array(fc.integer()), fc.dictionary(name, fc.integer()), fc.integer())
    const value = fc.oneof(fc.array(row), fc.dictionary(name, fc.array(row)), fc.double(), fc.string())
    const space = fc.nat({ max: 300 }).map((length) => ' '.repeat(length))
    fc.assert(
      fc.property(value, space, (given, blanks) => {
        const text = JSON.stringify(given)
        const first = read(`{${blanks}"input_data"${blanks}:${blanks}${text}, "params": {}}`)
        const last = read(`{"params": {}, "input_data": ${text}}`)
        expect(first).toEqual(last)
      }),
      {
        examples: [
          [{ data: [[1]] }, ' '.repeat(300)],
          // Its first key is cut where no more is looked at.
          [{ columns: [] }, ' '.repeat(78)],
          [{ '"data': [1] }, ''],
        ],
      },
    )
  })

  test('keeps whole numbers and fractions apart', () => {
    const { bytes } = readScoreBody(Buffer.from('{"params": {}, "input_data": [[1, 1.0, 9007199254740993]]}'))
    expect(Buffer.from(bytes).toString()).toContain('[[1, 1.0, 9007199254740993]]')
  })
})

test.each([
  '',
  'nonsense',
  '[]',
  '{"inputs": [["input_data"]]}',
  '{"inputs": ["\\"input_data\\""]}',
  '{"input_data": ',
])('what is not of Azure ML is left as it is: %s', (text) => {
  const { bytes } = readScoreBody(Buffer.from(text))
  expect(Buffer.from(bytes).toString()).toBe(text)
})
