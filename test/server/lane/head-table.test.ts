import { expect, test } from 'vitest'
import { HeadTable } from '../../../src/server/lane/head-table.ts'

const KEY = 'x-user: anna\r\n'

function head(more: string): Buffer {
  return Buffer.from(`POST /invocations HTTP/1.1\r\nhost: a\r\n${more}content-length: 2\r\n\r\n{}`)
}

test('a head is read once, and one with the key of a user each time', () => {
  const table = new HeadTable(() => () => {}, 16 * 1024, ['x-user'])
  const plain = table.find(head(''), undefined)
  expect(plain?.recurs).toBe(true)
  expect(table.find(head(''), undefined)).toBe(plain)
  const keyed = table.find(head(KEY), undefined)
  expect(keyed?.headers['x-user']).toBe('anna')
  expect(keyed?.recurs).toBe(false)
  expect(table.find(head(KEY), undefined)).not.toBe(keyed)
})
