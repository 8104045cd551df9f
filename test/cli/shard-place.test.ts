import fc from 'fast-check'
import { expect, it } from 'vitest'
import { atShard } from '../../src/cli/shard-place.ts'

it('puts the shard into the name of a file, wherever it is to be', () => {
  expect(atShard('part-{shard}.csv', { index: 3, count: 8 })).toBe('part-00003-of-00008.csv')
  expect(atShard('{shard}/{shard}.csv', { index: 0, count: 1 })).toBe('00000-of-00001/00000-of-00001.csv')
  expect(atShard('part-{shard}.csv')).toBe('part-00000-of-00001.csv')
  expect(atShard('part.csv', { index: 3, count: 8 })).toBe('part.csv')
})

it('gives names whose order is that of the input', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 2_000_000 }), fc.nat(), fc.nat(), (count, one, other) => {
      const [first, second] = [one % count, other % count].map((index) => ({
        index,
        name: atShard('{shard}', { index, count }),
      }))
      expect(first!.name < second!.name).toBe(first!.index < second!.index)
    }),
  )
})
