import { describe, expect, it } from 'vitest'
import { codecFor, column, decodeJson, input, tensor } from './models.ts'

const image = codecFor({ schema: [tensor('float32', [-1, 2], 'a')], inputs: [input('a', 'FP32', [-1, 2])] })
const texts = codecFor({ schema: [tensor('str', [-1], 'a')], inputs: [input('a', 'BYTES', [-1])] })
const longs = codecFor({ schema: [column('a', 'long')], inputs: [input('a', 'INT64', [-1, 1])] })

/** Ends of MLflow's own messages. */
describe('messages name what Python names', () => {
  it.each([
    ['the octets of a broken body', longs, '{"é\n', `\nInput: \nb'{"\\xc3\\xa9\\n'\n`],
    [
      'the exception of a missing integer',
      longs,
      {
        dataframe_split: {
          columns: ['a', 'b'],
          data: [
            [1.5, 1],
            [null, 2],
          ],
        },
      },
      `Error: 'IntCastingNaNError('Cannot convert non-finite values (NA or inf) to integer. Replace or remove`,
    ],
    [
      'the dtype of a text tensor',
      texts,
      { dataframe_split: { columns: ['a'], data: [] } },
      `Failed to convert column a to type '<U0'. Error: 'IndexError('single positional indexer is out-of-bounds')'`,
    ],
    [
      'the index into an empty list',
      image,
      { dataframe_records: [{ a: [] }] },
      'Error: list index out of range',
    ],
  ])('%s', (_, codec, body, message) => {
    expect(() => decodeJson(codec, body)).toThrow(message)
  })
})
