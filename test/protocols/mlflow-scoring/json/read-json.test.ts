import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonSyntaxError } from '../../../../src/protocols/mlflow-scoring/json/json-syntax-error.ts'
import {
  MAX_DEPTH,
  MAX_VALUES,
  mayHoldTooMuch,
  readJson,
} from '../../../../src/protocols/mlflow-scoring/json/read-json.ts'
import { isDict, isList, type PyValue } from '../../../../src/protocols/mlflow-scoring/python/python-value.ts'
import { computedMs } from '../../../fixtures/computing-time.ts'

describe('readJson', () => {
  it('keeps integers and floats apart', () => {
    expect(readJson('[1, 1.0, 1e0, -0, -0.0]')).toEqual([1n, 1, 1, 0n, -0])
  })

  it('keeps integers of any size exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }), (integer) => {
        expect(readJson(`${integer}`)).toBe(integer)
      }),
    )
  })

  it('reads the tokens NaN, Infinity and -Infinity', () => {
    expect(readJson('[NaN, Infinity, -Infinity]')).toEqual([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ])
  })

  it('reads a float beyond the range of doubles as infinity', () => {
    expect(readJson('[1e400, -1e400]')).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
  })

  it('takes the last value of a repeated key, at the place of the first', () => {
    expect([...(readJson('{"a":1,"b":2,"a":3}') as Map<string, PyValue>)]).toEqual([
      ['a', 3n],
      ['b', 2n],
    ])
  })

  it('takes __proto__ and constructor for plain keys', () => {
    const read = readJson('{"__proto__":{"polluted":true},"constructor":1}') as Map<string, PyValue>
    expect([...read.keys()]).toEqual(['__proto__', 'constructor'])
    expect('polluted' in {}).toBe(false)
  })

  it('keeps half of a surrogate pair', () => {
    expect(readJson('"\\ud83d"')).toBe('\ud83d')
    expect(readJson('"\\ud83d\\ude00"')).toBe('😀')
  })

  it('agrees with JSON.parse on all JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(withoutNegativeZero(toPlain(readJson(text)))).toEqual(withoutNegativeZero(JSON.parse(text)))
      }),
    )
  })

  it('refuses what JSON.parse refuses, the tokens apart', () => {
    const characters = fc.constantFrom(...'[]{},:"\\0123456789.eE+-tfnu \n\t/ab\u0001é')
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 12 }), (text) => {
        expect(outcome(() => toPlain(readJson(text)))).toEqual(outcome(() => JSON.parse(text)))
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['', 'Expecting value: line 1 column 1 (char 0)'],
    ['not json', 'Expecting value: line 1 column 1 (char 0)'],
    ['{"a":1} x', 'Extra data: line 1 column 9 (char 8)'],
    ['[1,\n 2', "Expecting ',' delimiter: line 2 column 3 (char 6)"],
    ['[1,]', 'Expecting value: line 1 column 4 (char 3)'],
    ['{"a" 1}', "Expecting ':' delimiter: line 1 column 6 (char 5)"],
    ['{a:1}', 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
    ['"abc', 'Unterminated string starting at: line 1 column 1 (char 0)'],
    ['"\\x"', 'Invalid \\escape: line 1 column 2 (char 1)'],
    ['"a\nb"', 'Invalid control character at: line 1 column 3 (char 2)'],
    ['01', 'Extra data: line 1 column 2 (char 1)'],
  ])('says what and where is wrong in %j', (text, message) => {
    expect(() => readJson(text)).toThrow(message)
  })

  it('refuses nesting that would exhaust the stack', () => {
    expect(readJson(nested(MAX_DEPTH))).toBeInstanceOf(Array)
    expect(() => readJson(nested(MAX_DEPTH + 1))).toThrow(JsonSyntaxError)
    expect(() => readJson(nested(10_000))).toThrow('Nested deeper than')
    expect(() => readJson('{"a":'.repeat(100_000))).toThrow('Nested deeper than')
  })

  it('tells ahead which large texts it might refuse for their lists and dictionaries', () => {
    expect(mayHoldTooMuch(`[${'{},'.repeat(1_000_000)}0]`)).toBe(false)
    expect(mayHoldTooMuch(`[${'{},'.repeat(3_000_000)}0]`)).toBe(true)
    expect(mayHoldTooMuch(`[${'0,'.repeat(6_000_000)}0]`)).toBe(false)
  })

  it('refuses more values than fit into memory, lists and dictionaries counting as several', () => {
    expect(readJson(`[${'0,'.repeat(999_999)}0]`)).toHaveLength(1_000_000)
    for (const value of ['0', '""', '[]', '{}']) {
      const count = value === '{}' ? MAX_VALUES / 8 : value === '[]' ? MAX_VALUES / 2 : MAX_VALUES
      expect(() => readJson(`[${`${value},`.repeat(count)}0]`)).toThrow(`More than ${MAX_VALUES} values`)
    }
  }, 120_000)

  it('refuses an integer of a million digits without converting it', () => {
    const started = computedMs()
    expect(() => readJson(`[${'9'.repeat(1_000_000)}]`)).toThrow('Integer of more than 4300 digits')
    expect(computedMs() - started).toBeLessThan(1000)
  })
})

function nested(depth: number): string {
  return `${'['.repeat(depth)}${']'.repeat(depth)}`
}

function toPlain(value: PyValue): unknown {
  if (isList(value)) return value.map(toPlain)
  if (isDict(value)) return Object.fromEntries(Array.from(value, ([key, item]) => [key, toPlain(item)]))
  return typeof value === 'bigint' ? Number(value) : value
}

function outcome(read: () => unknown): unknown {
  try {
    return { value: withoutNegativeZero(read()) }
  } catch {
    return 'refused'
  }
}

/** `-0` is an integer without a sign here. */
function withoutNegativeZero(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
