import { expect, test } from 'vitest'
import { attachment } from '../../../src/server/tracking/artifacts/attachment.ts'

test.each([
  ['a.txt', 'attachment; filename=a.txt'],
  ['a b.txt', 'attachment; filename="a b.txt"'],
  ['x"q"\\.txt', String.raw`attachment; filename="x\"q\"\\.txt"`],
  ['', 'attachment; filename=""'],
  ['a bé.csv', `attachment; filename="a be.csv"; filename*=UTF-8''a%20b%C3%A9.csv`],
  ['日本.txt', "attachment; filename=.txt; filename*=UTF-8''%E6%97%A5%E6%9C%AC.txt"],
  ['日本', "attachment; filename=download; filename*=UTF-8''%E6%97%A5%E6%9C%AC"],
  ['a\r\nx: y', 'attachment; filename="ax: y"; filename*=UTF-8\'\'a%0D%0Ax%3A%20y'],
])('the file %j is sent as %s', (name, header) => {
  expect(attachment(name)).toBe(header)
})
