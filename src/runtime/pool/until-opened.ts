import { setTimeout as sleep } from 'node:timers/promises'
import { TERMINATION_MS } from './lost-threads.ts'

/** For an engine that never comes back from a model: such a thread has to be ended after all. */
const LONGEST_OPENING_MS = 10_000
const POLL_MS = 5

/**
 * Settles once `started` has and `openings` is empty, or some time has passed: a thread that is ended while it reads
 * modules or the engine opens a model may take the whole process with it.
 */
export async function untilOpened(started: Promise<unknown>, openings: ReadonlySet<unknown>): Promise<void> {
  let hasStarted = false
  void started.then(() => {
    hasStarted = true
  })
  await until(() => hasStarted && openings.size === 0, LONGEST_OPENING_MS)
}

/** Settles once no thread has a run, or after a short time: a run that is cut off may do the same harm. */
export async function untilIdle(threads: Iterable<{ readonly load: number }>): Promise<void> {
  const all = [...threads]
  await until(() => all.every(({ load }) => load === 0), TERMINATION_MS)
}

async function until(condition: () => boolean, ms: number): Promise<void> {
  const giveUpAt = performance.now() + ms
  while (!condition() && performance.now() < giveUpAt) await sleep(POLL_MS)
}
