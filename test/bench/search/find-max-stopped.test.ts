import { expect, test } from 'vitest'
import { findMax } from '../../../src/bench/search/find-max.ts'
import { cancelled } from '../../../src/core/errors.ts'
import { simulate } from '../support/simulated-server.ts'

const LIMIT = { percentile: 99, milliseconds: 20, confidence: 0.99 } as const

async function stoppedAfter(loads: number) {
  const controller = new AbortController()
  let measured = 0
  return findMax(
    async (rate, seconds, seed) => {
      if (measured === loads) {
        controller.abort(cancelled('Stopped by SIGINT'))
        throw cancelled('The load was ended before its time')
      }
      measured += 1
      return simulate({ serviceMs: 0.2, exponential: true }, rate, seconds, seed)
    },
    { limit: LIMIT, guessPerSecond: 1000, signal: controller.signal },
  )
}

test('a search that is stopped tells the largest rate that it has proved', async () => {
  const { ratePerSecond, confirmed, tries } = await stoppedAfter(2)
  expect(tries).toHaveLength(2)
  expect(ratePerSecond).toBe(tries[1]?.ratePerSecond)
  expect(confirmed).toBe(false)
})

test('a search that is stopped before it knows anything tells so', async () => {
  await expect(stoppedAfter(0)).rejects.toThrow(/ended before its time/)
})
