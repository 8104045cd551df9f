import { describe, expect, it } from 'vitest'
import { rowCount } from '../../../../src/core/tensor-rows.ts'
import { codecFor, column, decodeJson, input } from '../models.ts'

const codec = codecFor({ schema: [column('a', 'double')], inputs: [input('x', 'FP32', [-1, 1])] })
const mixed = codecFor({
  schema: [column('a', 'double'), column('t', 'string')],
  inputs: [input('a', 'FP64', [-1]), input('t', 'BYTES', [-1])],
})

describe('a text column of a frame', () => {
  it.each([
    ['"\\ud800"', "character '\\ud800' in position 0"],
    ['"é\\udfff"', "character '\\udfff' in position 1"],
    ['"\\ud83d\\ude00\\ude00\\ud83d"', 'characters in position 1-2'],
  ])('must be encodable, even where the signature does not name it: %s', (text, place) => {
    const body = `{"dataframe_records": [{"a": 1, "b": ${text}}]}`
    expect(() => decodeJson(codec, body)).toThrow(
      `'utf-8' codec can't encode ${place}: surrogates not allowed`,
    )
  })

  it('must be encodable where it comes as an array', () => {
    expect(() => decodeJson(mixed, '{"inputs": {"a": [1, 2], "t": ["a", "\\ud800"]}}')).toThrow(
      "There was an error casting the input data to a DataFrame: 'utf-8' codec can't encode",
    )
  })

  it('may hold anything beside what is no text', () => {
    const body = '{"dataframe_records": [{"a": 1, "b": "\\ud800"}, {"a": 2, "b": 5}]}'
    expect(rowCount(decodeJson(codec, body).request.inputs)).toBe(2)
  })
})
