import { describe, expect, test } from 'vitest'
import { RestartDelay } from '../../src/supervisor/restart-delay.ts'

const LONG = 60_000
const SHORT = 100

describe('RestartDelay', () => {
  test('starts again at once what had lived', () => {
    const delay = new RestartDelay()
    expect([LONG, LONG, LONG, LONG].map((servedMs) => delay.after(servedMs))).toEqual([0, 0, 0, 0])
  })

  test('backs off from what keeps dying at its start, up to half a minute', () => {
    const delay = new RestartDelay()
    const delays = Array.from({ length: 11 }, () => delay.after(SHORT))
    expect(delays).toEqual([0, 0, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  })

  test('forgets it all once a process has lived', () => {
    const delay = new RestartDelay()
    for (let death = 0; death < 6; death += 1) delay.after(SHORT)
    expect([delay.after(LONG), delay.after(SHORT), delay.after(SHORT)]).toEqual([0, 0, 0])
  })
})
