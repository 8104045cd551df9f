import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ThreadUsage } from '../../../src/bench/generator/thread-usage.ts'

function work(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

test('of a thread counts what it does since its load began', async () => {
  const usage = new ThreadUsage()
  work(100)
  await sleep(1)
  usage.begin()
  await sleep(100)
  expect(usage.shares().busyShare).toBeLessThan(0.4)
})

test('of a loop that goes round leaves out the turns that found nothing to do', () => {
  const usage = new ThreadUsage()
  usage.begin()
  usage.turn(performance.now())
  work(60)
  usage.turn(performance.now())
  usage.hasWorked = true
  work(60)
  usage.turn(performance.now())
  const { busyShare } = usage.shares()
  expect(busyShare).toBeGreaterThan(0.2)
  expect(busyShare).toBeLessThan(0.8)
})
