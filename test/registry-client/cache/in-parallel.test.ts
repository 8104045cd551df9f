import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { inParallel } from '../../../src/registry-client/cache/in-parallel.ts'

test('works through all items, so many at a time', async () => {
  let running = 0
  let most = 0
  const done: number[] = []
  await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    most = Math.max(most, ++running)
    await sleep(1)
    running -= 1
    done.push(item)
  })
  expect(most).toBe(3)
  expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7])
})

test('begins nothing after a failure, and ends when what was under way has ended', async () => {
  const begun: number[] = []
  const ended: number[] = []
  let stopped = 0
  const work = async (item: number): Promise<void> => {
    begun.push(item)
    if (item === 2) throw new Error('two')
    await sleep(10)
    ended.push(item)
  }
  await expect(inParallel([1, 2, 3, 4], 2, work, () => stopped++)).rejects.toThrow('two')
  expect(begun).toEqual([1, 2])
  expect(ended).toEqual([1])
  expect(stopped).toBe(1)
})
