import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { untilAborted } from '../../src/batch/until-aborted.ts'

async function* numbers(count: number, ended?: () => void): AsyncGenerator<number> {
  try {
    for (let i = 0; i < count; i += 1) yield i
  } finally {
    ended?.()
  }
}

async function* silence(): AsyncGenerator<number> {
  yield 0
  await new Promise(() => {})
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}

describe('items until a signal', () => {
  it('are all items where the signal says nothing', async () => {
    const { signal } = new AbortController()
    expect(await all(untilAborted(numbers(3), signal))).toEqual([0, 1, 2])
  })

  it('end though the next one never comes', async () => {
    const controller = new AbortController()
    const items = untilAborted(silence(), controller.signal)
    expect((await items.next()).value).toBe(0)
    const last = items.next()
    controller.abort()
    expect((await last).done).toBe(true)
  })

  it('fail as their source does', async () => {
    const failing = (async function* (): AsyncGenerator<number> {
      yield 1
      throw new Error('torn')
    })()
    await expect(all(untilAborted(failing, new AbortController().signal))).rejects.toThrow('torn')
  })

  it('end their source where no more are wanted', async () => {
    let hasEnded = false
    const { signal } = new AbortController()
    for await (const item of untilAborted(
      numbers(3, () => (hasEnded = true)),
      signal,
    ))
      if (item === 1) break
    expect(hasEnded).toBe(true)
  })

  it('leave nothing behind at the signal', async () => {
    const { signal } = new AbortController()
    await all(untilAborted(numbers(5), signal))
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})
