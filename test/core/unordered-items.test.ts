import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UnorderedItems } from '../../src/core/unordered-items.ts'

interface Item {
  readonly name: number
  place: number
}

test('holds what was added and not deleted, in whatever order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 12 }), { maxLength: 200 }), (names) => {
      const all = Array.from({ length: 13 }, (_, name): Item => ({ name, place: -1 }))
      const items = new UnorderedItems<Item>()
      const expected = new Set<Item>()
      for (const name of names) {
        const item = all[name]!
        if (expected.has(item)) items.delete(item)
        else items.add(item)
        if (!expected.delete(item)) expected.add(item)
        expect(items.size).toBe(expected.size)
        expect(new Set(items.list())).toEqual(expected)
      }
    }),
  )
})

test('says whether what is deleted was there', () => {
  const items = new UnorderedItems<Item>()
  const item = { name: 1, place: -1 }
  expect(items.delete(item)).toBe(false)
  items.add(item)
  expect(items.delete(item)).toBe(true)
  expect(items.delete(item)).toBe(false)
})

test('can be walked while its items leave', () => {
  const items = new UnorderedItems<Item>()
  for (let name = 0; name < 5; name++) items.add({ name, place: -1 })
  const seen: number[] = []
  for (const item of items.list()) {
    items.delete(item)
    seen.push(item.name)
  }
  expect(seen.sort()).toEqual([0, 1, 2, 3, 4])
  expect(items.size).toBe(0)
})

test('finds one for which something holds', () => {
  const items = new UnorderedItems<Item>()
  for (let name = 0; name < 5; name++) items.add({ name, place: -1 })
  expect(items.find(({ name }) => name === 3)?.name).toBe(3)
  items.delete(items.find(({ name }) => name === 3)!)
  expect(items.find(({ name }) => name === 3)).toBeUndefined()
})
