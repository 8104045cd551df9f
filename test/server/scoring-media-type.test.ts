import { describe, expect, test } from 'vitest'
import { scoringMediaType } from '../../src/server/scoring-media-type.ts'

describe('scoringMediaType', () => {
  test.each([
    ['application/json', 'application/json'],
    ['application/json; charset=utf-8', 'application/json'],
    ['application/json ;charset=UTF-8', 'application/json'],
    ['text/csv;charset=utf-8;charset=utf-8', 'text/csv'],
    ['application/vnd.apache.parquet', 'application/vnd.apache.parquet'],
  ])('takes %s', (header, mediaType) => {
    expect(scoringMediaType(header)).toBe(mediaType)
  })

  test.each([
    'application/json; charset=latin-1',
    'text/csv; charset="utf-8"',
    'application/json; charset',
    'a/b; charset=x',
  ])('refuses the charset of %s', (header) => {
    expect(scoringMediaType(header)).toEqual({ refusal: 'The scoring server only supports UTF-8' })
  })

  test.each([
    ['application/json;', ''],
    ['application/json; foo=bar; x', 'foo, x'],
    ['application/json; Charset=utf-8', 'Charset'],
    ['application/json; charset = utf-8', 'charset '],
  ])('refuses the parameters of %s', (header, names) => {
    const refused = scoringMediaType(header)
    expect(refused).toHaveProperty(
      'refusal',
      expect.stringContaining(`parameters: ${names}. IMPORTANT: The MLflow`),
    )
  })

  test.each(['Application/JSON', '', '*/*', 'application/x-www-form-urlencoded', "a'b"])(
    'names the supported types to %s',
    (header) => {
      expect(scoringMediaType(header)).toEqual({
        refusal:
          'This predictor only supports the following content types: Types: ' +
          `['text/csv', 'application/json', 'application/vnd.apache.parquet']. Got '${header}'.`,
      })
    },
  )
})
