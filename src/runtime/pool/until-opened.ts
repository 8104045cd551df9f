import { setTimeout as sleep } from 'node:timers/promises'

/** For an engine that never comes back from a model: such a thread has to be ended after all. */
const LONGEST_OPENING_MS = 10_000
const POLL_MS = 5

/**
 * Settles once `started` has and `openings` is empty, or some time has passed: a thread that is ended while it reads
 * modules or the engine opens a model may take the whole process with it.
 */
export async function untilOpened(started: Promise<unknown>, openings: ReadonlySet<unknown>): Promise<void> {
  const giveUpAt = performance.now() + LONGEST_OPENING_MS
  let hasStarted = false
  void started.then(() => {
    hasStarted = true
  })
  while ((!hasStarted || openings.size > 0) && performance.now() < giveUpAt) await sleep(POLL_MS)
}
