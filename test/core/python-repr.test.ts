import { expect, test } from 'vitest'
import { pythonListText, pythonTextRepr } from '../../src/core/python-repr.ts'

// As CPython 3.11 answers.
test.each([
  ['a b', "'a b'"],
  ["it's", `"it's"`],
  [`it's "it"`, String.raw`'it\'s "it"'`],
  ['\\\n\r\t\0\x7f', String.raw`'\\\n\r\t\x00\x7f'`],
  ['é日🌲', "'é日🌲'"],
  ['\u00a0\u200b\u2028\ufeff', String.raw`'\xa0\u200b\u2028\ufeff'`],
  ['\u{e0001}', String.raw`'\U000e0001'`],
])('the repr of %j is %s', (text, repr) => {
  expect(pythonTextRepr(text)).toBe(repr)
})

test('a list is in brackets', () => {
  expect(pythonListText(['a', "b'"])).toBe(`['a', "b'"]`)
})
