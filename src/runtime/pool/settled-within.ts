import { setTimeout as sleep } from 'node:timers/promises'

/** Waits for `promise`, or so long; keeps the process alive meanwhile. */
export async function settledWithin(promise: Promise<unknown>, ms: number): Promise<void> {
  const timeOut = new AbortController()
  try {
    await Promise.race([promise, sleep(ms, undefined, timeOut).catch(() => {})])
  } finally {
    timeOut.abort()
  }
}
