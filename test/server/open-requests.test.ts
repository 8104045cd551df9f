import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OpenRequests } from '../../src/server/open-requests.ts'

interface Item {
  readonly name: number
  place: number
}

test('holds what was added and not deleted, in whatever order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 12 }), { maxLength: 200 }), (names) => {
      const items = Array.from({ length: 13 }, (_, name): Item => ({ name, place: -1 }))
      const open = new OpenRequests<Item>()
      const expected = new Set<Item>()
      for (const name of names) {
        const item = items[name]!
        if (expected.has(item)) open.delete(item)
        else open.add(item)
        if (!expected.delete(item)) expected.add(item)
        expect(open.size).toBe(expected.size)
        expect(new Set(open.list())).toEqual(expected)
      }
    }),
  )
})

test('says whether what is deleted was there', () => {
  const open = new OpenRequests<Item>()
  const item = { name: 1, place: -1 }
  expect(open.delete(item)).toBe(false)
  open.add(item)
  expect(open.delete(item)).toBe(true)
  expect(open.delete(item)).toBe(false)
})

test('can be walked while its requests end', () => {
  const open = new OpenRequests<Item>()
  for (let name = 0; name < 5; name++) open.add({ name, place: -1 })
  const seen: number[] = []
  for (const item of open.list()) {
    open.delete(item)
    seen.push(item.name)
  }
  expect(seen.sort()).toEqual([0, 1, 2, 3, 4])
  expect(open.size).toBe(0)
})
