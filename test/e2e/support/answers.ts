import { setTimeout } from 'node:timers/promises'

/** Servers in Python take seconds, and many times that on a machine that does other things as well. */
const START_TIMEOUT_MS = 120_000

/** Waits until a URL is answered with success. @param alive asked before each try: no use in waiting for the dead. */
export async function answers(url: string, alive: () => boolean = () => true): Promise<void> {
  const end = performance.now() + START_TIMEOUT_MS
  while (alive() && performance.now() < end) {
    const response = await fetch(url).catch(() => undefined)
    if (response?.ok) return
    await setTimeout(100)
  }
  throw new Error(`${url} does not answer`)
}
