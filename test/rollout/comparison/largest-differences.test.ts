import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { differenceSize } from '../../../src/rollout/comparison/difference-size.ts'
import { LargestDifferences } from '../../../src/rollout/comparison/largest-differences.ts'
import { LARGEST_EXCESS } from '../../../src/rollout/comparison/tolerance.ts'

describe('LargestDifferences', () => {
  test('keeps the largest, the first of equal ones', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), fc.nat(6), (sizes, most) => {
        const largest = new LargestDifferences(most)
        for (const [at, size] of sizes.entries()) largest.offer(size, () => `${size}/${at}`)
        const wanted = sizes
          .map((size, at) => ({ size, at }))
          .filter(({ size }) => size > 0)
          .sort((a, b) => b.size - a.size || a.at - b.at)
        expect(largest.examples).toEqual(wanted.slice(0, most).map(({ size, at }) => `${size}/${at}`))
      }),
    )
  })

  test('keeps an example once, however often its request comes', () => {
    const largest = new LargestDifferences(3)
    expect(largest.offer(5, () => 'one')).toBe('one')
    expect(largest.offer(5, () => 'one')).toBeUndefined()
    expect(largest.offer(5, () => 'other')).toBe('other')
    expect(largest.examples).toEqual(['one', 'other'])
  })

  test('makes only the examples that it keeps', () => {
    const largest = new LargestDifferences(1)
    expect(largest.offer(5, () => 'five')).toBe('five')
    const smaller = largest.offer(4, () => {
      throw new Error('not wanted')
    })
    expect(smaller).toBeUndefined()
    expect(largest.offer(6, () => 'six')).toBe('six')
    expect(largest.examples).toEqual(['six'])
  })
})

describe('the size of a difference', () => {
  test('is its largest excess; text and other shapes count as most', () => {
    expect(differenceSize([{ output: 'a', excess: 3, different: 1, elements: 2 }])).toBe(3)
    expect(differenceSize([{ output: 'a', different: 1, elements: 2 }])).toBe(LARGEST_EXCESS)
  })

  test('is nothing where all is within the tolerance, and something where a class is another one', () => {
    const within = { output: 'a', excess: 0.9, different: 0, elements: 1 }
    expect(differenceSize([within, { output: 'b', different: 0, elements: 2 }])).toBe(0)
    expect(differenceSize([{ ...within, labels: { different: 1, rows: 1 } }])).toBe(1)
  })
})
