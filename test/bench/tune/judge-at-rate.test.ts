import { describe, expect, test } from 'vitest'
import { judgeAtRate } from '../../../src/bench/tune/judge-at-rate.ts'
import { type SimulatedServer, simulate } from '../support/simulated-server.ts'

const ROUNDS = 8

/** Two queues in turn, each with times of its own. */
async function judged(
  standard: SimulatedServer,
  found: SimulatedServer,
  ratePerSecond: number,
  seed: number,
) {
  const rounds = Array.from({ length: ROUNDS }, (_, round) => seed * 100 + 2 * round)
  const of = (server: SimulatedServer, own: number) =>
    Promise.all(rounds.map((each) => simulate(server, ratePerSecond, 1, each + own)))
  const sides = { standard: await of(standard, 0), found: await of(found, 1) }
  return judgeAtRate(sides, { p99Ms: 20, ratePerSecond, words: '--workers 2' })
}

const SERVER: SimulatedServer = { serviceMs: 1, exponential: true }
/** Of SERVER, by queueing theory: 1000 - ln(100) / 20 ms. */
const LARGEST = 770

describe('of two servers at one rate', () => {
  test('the better one is chosen where the default cannot bear the rate', async () => {
    const { better, reason } = await judged(SERVER, { serviceMs: 0.8, exponential: true }, LARGEST * 1.15, 1)
    expect(better, reason).toBe(true)
    expect(reason).toMatch(/^At 885 requests a second --workers 2 keeps the limit of 20 ms \(p99 .* % late\)/)
    expect(reason).toMatch(/in 8 of 8 rounds/)
  })

  test('the default stays where both can bear it, or the other fails more', async () => {
    const fast = { serviceMs: 0.5, exponential: true }
    expect((await judged(SERVER, fast, LARGEST * 0.8, 1)).better).toBe(false)
    expect((await judged(SERVER, { ...fast, failures: 0.02 }, LARGEST * 1.1, 1)).better).toBe(false)
  })

  test('the default wins ties, at whatever rate', async () => {
    let chosen = 0
    for (let seed = 1; seed <= 30; seed += 1) {
      for (const share of [0.95, 1, 1.05]) {
        if ((await judged(SERVER, SERVER, LARGEST * share, seed)).better) chosen += 1
      }
    }
    expect(chosen).toBeLessThanOrEqual(2)
  })
})
