import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { DeadlineWatch } from '../../../src/runtime/pool/deadline-watch.ts'

interface Item {
  readonly name: string
  readonly deadline: number
}

let watch: DeadlineWatch<Item>
let passed: string[] = []

function watchAll(delays: Readonly<Record<string, number>>) {
  passed = []
  watch = new DeadlineWatch(({ name, deadline }) => {
    expect(performance.now()).toBeGreaterThanOrEqual(deadline)
    passed.push(name)
  })
  const now = performance.now()
  const items = Object.entries(delays).map(([name, delay]) => ({ name, deadline: now + delay }))
  for (const item of items) watch.add(item)
  return new Map(items.map((item) => [item.name, item]))
}

/** Waits until these have passed, in this order. */
function passing(...names: readonly string[]): Promise<void> {
  return vi.waitFor(() => expect(passed).toEqual(names), { timeout: 30_000, interval: 5 })
}

afterEach(() => watch.stop())

test('tells of each deadline once it has passed, whatever the order in which they came', async () => {
  watchAll({ late: 120, early: 20, never: Number.POSITIVE_INFINITY })
  await passing('early', 'late')
})

test('says nothing of an item that was taken out', async () => {
  const items = watchAll({ gone: 20, there: 30 })
  watch.delete(items.get('gone')!)
  await passing('there')
})

test('takes an item that is late already, and one of many days', async () => {
  watchAll({ late: -5, farAway: 1e12 })
  await passing('late')
  await sleep(30)
  expect(passed).toEqual(['late'])
})

test('may be given an item again when its deadline has passed', async () => {
  passed = []
  watch = new DeadlineWatch((item) => {
    passed.push(item.name)
    if (passed.length < 3) watch.add({ ...item, deadline: performance.now() + 5 })
  })
  watch.add({ name: 'again', deadline: performance.now() + 5 })
  await passing('again', 'again', 'again')
})
