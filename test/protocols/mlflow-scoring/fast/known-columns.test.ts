import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KnownColumns } from '../../../../src/protocols/mlflow-scoring/fast/known-columns.ts'

const LEARNED = '{"dataframe_split": {"columns": ["a", "[[b]]"], "data": [[1, 2]]}}'

function known(text = LEARNED): KnownColumns {
  const columns = new KnownColumns()
  columns.learn(Buffer.from(text), text)
  return columns
}

describe('the columns that are known', () => {
  it('are those of the body that was learned, beside other rows', () => {
    const body = Buffer.from(LEARNED.replace('[1, 2]', '[3.5, null], [4, 5] '))
    const frame = known(LEARNED.replace('[[b]]', 'b')).read(Buffer.from(String(body).replace('[[b]]', 'b')))
    expect(frame).toEqual({
      columns: ['a', 'b'],
      data: [
        [3.5, null],
        [4, 5],
      ],
    })
  })

  it.each([
    ['other columns', LEARNED.replace('"a"', '"c"')],
    ['another end', `${LEARNED} `],
    ['rows that are no JSON', LEARNED.replace('[[1', '[1')],
    ['rows with something behind them', LEARNED.replace('[[1, 2]]', '[[1, 2]], "data": [[3, 4]]')],
    ['no rows', '{"dataframe_split": {"columns": ["a", "b"], "data": }}'],
    ['nothing', ''],
  ])('are not taken for a body of %s', (_, text) => {
    const columns = known(LEARNED.replace('[[b]]', 'b'))
    expect(columns.read(Buffer.from(text.replace('[[b]]', 'b')))).toBeUndefined()
  })

  it.each([
    ['what looks like rows in a name', LEARNED],
    ['rows before columns', '{"dataframe_split":{"data":[[1]],"columns":["a"]}}'],
    ['an index behind', '{"dataframe_split":{"columns":["a"],"data":[[1]],"index":[0]}}'],
    ['another form', '{"inputs":[[1,2]]}'],
    ['more than rows', '{"dataframe_split":{"columns":["a"],"data":[[1]]},"params":{}}'],
    ['text beyond ASCII', '{"dataframe_split":{"columns":["é"],"data":[[1]]}}'],
  ])('are not learned of a body with %s', (_, text) => {
    expect(known(text).read(Buffer.from(text))).toBeUndefined()
  })

  it('have the index that was before the rows', () => {
    const text = '{"dataframe_split":{"index":[0],"columns":["a"],"data":[[1]]}}'
    const frame = { index: [0], columns: ['a'], data: [[1]] }
    expect(known(text).read(Buffer.from(text))).toEqual(frame)
  })

  it('stay where a few others come between, and give way to many', () => {
    const columns = known('{"dataframe_split":{"columns":["a"],"data":[[1]]}}')
    const others = '{"dataframe_split":{"columns":["b"],"data":[[1]]}}'
    columns.learn(Buffer.from(others), others)
    expect(columns.read(Buffer.from(others))).toBeUndefined()
    for (let i = 0; i < 20; i++) columns.learn(Buffer.from(others), others)
    expect(columns.read(Buffer.from(others))).toEqual({ columns: ['b'], data: [[1]] })
  })

  it('give what JSON.parse gives, or nothing', () => {
    const columns = known('{"dataframe_split":{"columns":["a"],"data":[[1]]}}')
    const piece = fc.constantFrom(
      ...['[', ']', '{', '}', ',', ':', '"', '1', '"data"', '"columns"', ' ', '\\'],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = `{"dataframe_split":{"columns":["a"],"data":${pieces.join('')}}}`
        const frame = columns.read(Buffer.from(text))
        if (frame !== undefined) expect(frame).toEqual(JSON.parse(text).dataframe_split)
      }),
      { numRuns: 2000 },
    )
  })
})
