import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPageToken, readPageToken } from '../../../src/store/search/page-token.ts'

function tokenOf(content: string | Uint8Array): string {
  return Buffer.from(content).toString('base64')
}

test('a token holds the offset as MLflow writes it', () => {
  expect(createPageToken(2)).toBe('eyJvZmZzZXQiOiAyfQ==')
  fc.assert(
    fc.property(fc.integer({ min: 1 }), (offset) => readPageToken(createPageToken(offset)) === offset),
  )
})

test.each([
  [undefined, 0],
  ['', 0],
  ['ey JvZm\nZzZXQiOiAyfQ==behind', 2],
  [tokenOf('{"offset": "5"}'), 5],
  [tokenOf('{"offset": 2.7}'), 2],
  [tokenOf('{"offset": true}'), 1],
  [tokenOf('{"offset": -3}'), 0],
])('the token %j stands for %j rows before the page', (token, offset) => {
  expect(readPageToken(token)).toBe(offset)
})

test.each([
  ['zz', 'Invalid page token, could not base64-decode'],
  ['eyJvZmZzZXQiOiAyfQ', 'Invalid page token, could not base64-decode'],
  ['é', 'Invalid page token, could not base64-decode'],
  ['====', "Invalid page token, decoded value=b''"],
  [tokenOf('it\'s\n"x"'), `Invalid page token, decoded value=b'it\\'s\\n"x"'`],
  [tokenOf("it's"), `Invalid page token, decoded value=b"it's"`],
  [
    tokenOf(new Uint8Array([0, 127, 160, 255])),
    String.raw`Invalid page token, decoded value=b'\x00\x7f\xa0\xff'`,
  ],
  [tokenOf('{"offset": 0}'), "Invalid page token, parsed value={'offset': 0}"],
  [
    tokenOf('{"a": [1, 2.5, null, true, "q\'"]}'),
    `Invalid page token, parsed value={'a': [1, 2.5, None, True, "q'"]}`,
  ],
  [tokenOf('{"offset": "x"}'), 'Invalid page token, not stringable x'],
  [tokenOf('{"offset": 1e30}'), 'Invalid page token, not stringable 1e+30'],
])('the token %j is refused', (token, message) => {
  expect(() => readPageToken(token)).toThrow(message)
})
