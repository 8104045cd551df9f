import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inOrder } from '../../src/batch/in-order.ts'

async function* numbers(count: number, onTake: (number: number) => void = () => {}) {
  for (let number = 0; number < count; number += 1) {
    onTake(number)
    yield number
  }
}

describe('working in order', () => {
  it('gives the results in the order of the items, however long each takes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 20 }),
        fc.integer({ min: 1, max: 6 }),
        async (delays, width) => {
          const work = async (item: number) => {
            await setTimeout(delays[item])
            return item
          }
          const results: number[] = []
          for await (const result of inOrder(numbers(delays.length), work, width)) results.push(result)
          expect(results).toEqual([...delays.keys()])
        },
      ),
      { numRuns: 30 },
    )
  })

  it('takes no more items than may be under way', async () => {
    let taken = 0
    const results = inOrder(
      numbers(10, () => {
        taken += 1
      }),
      async (item) => item,
      3,
    )
    await results.next()
    expect(taken).toBe(3)
    await results.next()
    expect(taken).toBe(4)
    await results.return()
  })

  it('fails with the first failure in order, after what is under way has ended', async () => {
    let ended = 0
    const work = async (item: number) => {
      await setTimeout(item === 1 ? 20 : 5)
      ended += 1
      if (item > 0) throw new Error(`item ${item}`)
      return item
    }
    const results: number[] = []
    const run = async () => {
      for await (const result of inOrder(numbers(4), work, 4)) results.push(result)
    }
    await expect(run()).rejects.toThrow('item 1')
    expect(results).toEqual([0])
    expect(ended).toBe(4)
  })
})
