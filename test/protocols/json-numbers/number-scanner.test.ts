import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NumberTraits } from '../../../src/protocols/json-numbers/number-list.ts'
import { NumberScanner } from '../../../src/protocols/json-numbers/number-scanner.ts'
import { Patience } from '../../../src/protocols/json-numbers/patience.ts'
import { jsonText, mutated, numberLiteral } from './arbitrary-json.ts'
import { parsed, putTogether, withoutBooleans } from './put-together.ts'
import { referenceScan } from './reference-scan.ts'

const scanner = new NumberScanner(new Patience(Number.POSITIVE_INFINITY))

function scan(text: string) {
  return scanner.scan(Buffer.from(text))
}

/** What was found in a text, to be read beside it. */
function found(text: string) {
  const body = scan(text)
  return (
    body && {
      skeleton: body.skeleton.text,
      lists: body.lists.map((list) => [list.shape.join('x'), ...scanner.float64(list)]),
    }
  )
}

describe('what is taken out', () => {
  test.each([
    ['{"inputs":[[1.5,2],[3,4]]}', '{"inputs":0}', [['2x2', 1.5, 2, 3, 4]]],
    [
      '[{"a": 1, "b": -2e3}]',
      '[{"a": 0, "b": 1}]',
      [
        ['', 1],
        ['', -2000],
      ],
    ],
    ['{"columns":["a","1"],"data":[[1],[2]]}', '{"columns":["a","1"],"data":0}', [['2x1', 1, 2]]],
    [
      '[1,"a",[2,3]]',
      '[0,"a",1]',
      [
        ['', 1],
        ['2', 2, 3],
      ],
    ],
    ['[[1,2],[3],[]]', '[0,1,2]', [['2', 1, 2], ['1', 3], ['0']]],
    [
      '[[[1]],[1]]',
      '[0,1]',
      [
        ['1x1', 1],
        ['1', 1],
      ],
    ],
    [
      '[1,[2]]',
      '[0,1]',
      [
        ['', 1],
        ['1', 2],
      ],
    ],
    ['[[[]],[[]]]', '0', [['2x1x0']]],
    ['[true,false,null,1]', '0', [['4', 1, 0, Number.NaN, 1]]],
    ['{"a":true,"b":null}', '{"a":true,"b":null}', []],
    ['  [ 1 , 2 ]\n', '  0\n', [['2', 1, 2]]],
    [
      '{"a":1,"a":[2]}',
      '{"a":0,"a":1}',
      [
        ['', 1],
        ['1', 2],
      ],
    ],
    ['["\\"",1]', '["\\"",0]', [['', 1]]],
  ])('%s', (text, skeleton, lists) => {
    expect(found(text)).toEqual({ skeleton, lists })
  })

  test('more than ten lists have places of two digits', () => {
    const text = JSON.stringify(Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`key ${i}`, i])))
    expect(scan(text)?.skeleton.text).toBe(text)
  })
})

describe('the id of a request', () => {
  test.each([
    ['{"id":"42","a":1}', '{"id":"","a":0}', '42'],
    ['{"a": [1], "id" : "" }', '{"a": 0, "id" : "" }', ''],
    ['{"a":["x",{"b":1}],"id":"6f1d{[,]}"}', '{"a":["x",{"b":0}],"id":""}', '6f1d{[,]}'],
    ['{"model":"id","id":"id"}', '{"model":"id","id":""}', 'id'],
    ['{"id":7,"id":"a"}', '{"id":0,"id":""}', 'a'],
  ])('of %s is taken out', (text, skeleton, id) => {
    const scanned = scan(text)
    expect({ skeleton: scanned?.skeleton.text, id: scanned?.id }).toEqual({ skeleton, id })
  })

  test.each([
    '{"a":{"id":"1"}}',
    '[{"id":"1"}]',
    '{"a":"id","b":"1"}',
    '{"ID":"1"}',
    '{"\\u0069d":"1"}',
    '{"id":null}',
    '{"id":["1"]}',
    '{"id":"\\n"}',
    '{"id":"é"}',
    `{"id":"${'x'.repeat(129)}"}`,
  ])('in %s stays', (text) => {
    const scanned = scan(text)
    expect(scanned?.id).toBeUndefined()
    expect(scanned && putTogether(scanner, scanned)).toEqual(JSON.parse(text))
  })

  test.each([
    '{"id":"a","id":"b"}',
    '{"id":"a","id":1}',
    '{"id":"a","\\u0069d":"b"}',
    '{"id":"a","i\\u0064":""}',
    '{"id":"a" "b":1}',
    '{"id":"a"',
    '{"id":"a\n"}',
    '{"id":"a',
    '{"id":"a\u0002"}',
    '{"id":\u0002}',
    '{"b":"\u0002","id":"a"}',
    '["id":"a"]',
  ])('in %j is left to a reader of JSON', (text) => {
    expect(scan(text)).toBeUndefined()
  })

  test('does not make another skeleton of each body', () => {
    const impatient = new NumberScanner()
    const ids = Array.from({ length: 1000 }, (_, i) => `request ${i}`)
    const bodies = ids.map((id) => Buffer.from(`{"id":"${id}","inputs":[1]}`))
    expect(bodies.map((body) => impatient.scan(body)?.id)).toEqual(ids)
  })
})

describe('what is declined', () => {
  test.each([
    ...[
      '',
      ' ',
      '[',
      ']',
      '[1',
      '[1,]',
      '[,1]',
      '[1 2]',
      '1 2',
      '[1][2]',
      '1[2]',
      '-[1]',
      '-',
      '+1',
      '.5',
      '1.',
      '01',
      '-01',
    ],
    ...[
      '1e',
      '1e+',
      '[1.]',
      '[01]',
      '0x1',
      'NaN',
      '[NaN]',
      'Infinity',
      '[-Infinity]',
      '{"a":1,}',
      '{1:2}',
      '"a',
      '"\\',
      '[tru]',
    ],
    ...[
      '[1]"a"',
      '"a"1',
      '1true',
      'true1',
      '[truefalse]',
      '[1}',
      '{"a":[1}',
      '"\u0001"',
      '"\\x"',
      '\uFEFF[1]',
      '[1]\0',
      '[1\0]',
    ],
    // The middle between two doubles, and a little more than that: what the 19 digits do not tell.
    ...['[9007199254740993.0000000000000000000001]', '[[[[[[[[[1]]]]]]]]]'],
  ])('%j', (text) => {
    expect(scan(text)).toBeUndefined()
  })

  test('text that is not UTF-8', () => {
    expect(scanner.scan(Buffer.from('["\xff",1]', 'latin1'))).toBeUndefined()
  })

  test('a body that is too large, and a skeleton that is', () => {
    expect(scanner.scan(Buffer.alloc(7 * 1024 * 1024, '1,'))).toBeUndefined()
    expect(scan(JSON.stringify(['x'.repeat(70_000)]))).toBeUndefined()
    expect(scan(JSON.stringify([...Array(60_000).fill(1), 'x']))).toBeUndefined()
  })
})

describe('skeletons', () => {
  test('the same text gives the same object, whatever its numbers', () => {
    const first = scan('{"inputs": [1, 2]}')?.skeleton
    expect(scan('{"inputs": [[[0.5]]]}')?.skeleton).toBe(first)
    expect(scan('{"inputs":[1,2]}')?.skeleton).not.toBe(first)
    expect(scan('{"inputs": [3]}')?.skeleton).toBe(first)
  })

  test('bodies of many others make it forget, and it learns anew', () => {
    const texts = Array.from({ length: 100 }, (_, i) => `{"${'k'.repeat(i)}": [${i}], "b": ${i}}`)
    for (let round = 0; round < 3; round++) {
      for (const [i, text] of texts.entries()) {
        expect(putTogether(scanner, scan(text)!)).toEqual({ ['k'.repeat(i)]: [i], b: i })
      }
    }
  })

  test('long ones are remembered as far as there is place', () => {
    for (let i = 0; i < 20; i++) {
      const text = JSON.stringify({ ['x'.repeat(60_000 - i)]: [i] })
      expect(found(text)?.lists).toEqual([['1', i]])
      expect(found(text)?.lists).toEqual([['1', i]])
    }
  })

  test('where each body has another one most are not looked at', () => {
    const impatient = new NumberScanner()
    const seen = Array.from({ length: 1000 }, (_, i) => impatient.scan(Buffer.from(`["${i}",1]`))).filter(
      Boolean,
    )
    expect(seen.length).toBeLessThan(100)
    for (let i = 0; i < 40; i++) impatient.scan(Buffer.from('[1]'))
    expect(impatient.scan(Buffer.from('[1]'))).toBeDefined()
  })
})

describe('copies', () => {
  test('have memory of their own', () => {
    const { lists } = scan('[1.5,-2.5,null,true]')!
    const copies = [scanner.toFloat64(lists[0]!), scanner.toFloat32(lists[0]!), scanner.toInt32(lists[0]!)]
    scan('[9,9,9,9]')
    expect(copies.map((copy) => [...copy])).toEqual([
      [1.5, -2.5, Number.NaN, 1],
      [1.5, -2.5, Number.NaN, 1],
      [1, -2, 0, 1],
    ])
  })

  test('int64 has all digits of integers', () => {
    const literals = [
      '9007199254740993',
      '-9223372036854775808',
      '9223372036854775807',
      '-1',
      '0',
      '4294967296',
      '-4294967297',
    ]
    const { lists } = scan(`{"a": [${literals.join(' ,\n')}], "b": [ 7.9, -7.9, null, true, 1e15]}`)!
    expect([...scanner.toInt64(lists[0]!)].map(String)).toEqual(literals)
    expect([...scanner.toInt64(lists[1]!)]).toEqual([7n, -7n, 0n, 1n, 10n ** 15n])
  })

  test('a large body does not change what comes after it', () => {
    const values = Float64Array.from({ length: 150_528 }, () => Math.random())
    const body = Buffer.from(JSON.stringify({ inputs: [[...values]] }))
    for (const text of ['[1.5]', undefined, '[2.5]', undefined]) {
      const { lists } = text === undefined ? scanner.scan(body)! : scan(text)!
      expect(scanner.toFloat64(lists[0]!)).toEqual(
        text === undefined ? values : new Float64Array([Number(text.slice(1, -1))]),
      )
    }
  })

  test('memory of a large body is given back', () => {
    const own = new NumberScanner()
    own.scan(Buffer.from(`[${'1,'.repeat(1_000_000)}1]`))
    for (let i = 0; i < 1100; i++) expect(own.scan(Buffer.from(`[${i}]`))?.lists[0]?.count).toBe(1)
    expect(own.memoryBytes).toBeLessThan(4 * 1024 * 1024)
  })
})

describe('properties', () => {
  test('a number is the one that Number reads', () => {
    fc.assert(
      fc.property(numberLiteral, (literal) => {
        const list = scan(`[${literal}]`)?.lists[0]
        const expected = referenceScan(Buffer.from(literal))?.lists[0]
        if (list === undefined) return isForAnother(literal)
        expect(scanner.float64(list)[0]).toBe(Number(literal))
        expect(list.traits).toBe(expected?.traits)
        if ((list.traits & (NumberTraits.FRACTION | NumberTraits.BEYOND_INT64)) === 0) {
          expect(scanner.toInt64(list)[0]).toBe(BigInt(literal))
        }
        return true
      }),
      { numRuns: 5000 },
    )
  })

  test('what is taken out is what the definition says', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const body = Buffer.from(text)
        const scanned = scanner.scan(body)
        if (scanned === undefined) return isForAnother(text)
        const reference = referenceScan(body)
        expect(Buffer.from(scanned.skeleton.text).toString('latin1')).toBe(reference?.skeleton)
        expect(scanned.id).toBe(reference?.id)
        expect(
          scanned.lists.map((list) => ({
            shape: list.shape,
            traits: list.traits,
            values: [...scanner.float64(list)],
          })),
        ).toEqual(reference?.lists.map(({ shape, traits, values }) => ({ shape, traits, values })))
        return true
      }),
      { numRuns: 3000 },
    )
  })

  test('put together it is what JSON.parse gives', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const scanned = scan(text)
        if (scanned === undefined) return isForAnother(text)
        expect(putTogether(scanner, scanned)).toStrictEqual(withoutBooleans(JSON.parse(text)))
        return true
      }),
      { numRuns: 3000 },
    )
  })

  test('what is not quite JSON is declined, or read as JSON.parse does', () => {
    fc.assert(
      fc.property(mutated(jsonText), (body) => {
        const scanned = scanner.scan(body)
        if (scanned === undefined) return
        expect(putTogether(scanner, scanned)).toStrictEqual(withoutBooleans(parsed(body)))
      }),
      { numRuns: 5000 },
    )
  })
})

/** Whether a JSON text may be declined: it has long numbers, is deep, or has several ids. */
function isForAnother(text: string): boolean {
  return /[0-9.]{20}/.test(text) || /(\[\s*){9}/.test(text) || /"id".*"id"|\\u006/s.test(text)
}
