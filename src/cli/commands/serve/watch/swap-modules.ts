import { setTimeout as sleep } from 'node:timers/promises'

/** The start is over by then, and whoever waited for it is answered. */
const FIRST_WAIT_MS = 1_000
const PAUSE_MS = 100

/** What only loads beside a served model need, each of which holds the thread for some milliseconds while it is read. */
const MODULES = [
  () => import('../../../../runtime/trial/pass-trial.ts'),
  () => import('../lookups/registry-reader.ts'),
] as const

/** Reads ahead, one by one, what a first swap would else read while requests wait. Never rejects. */
export async function readSwapModules(): Promise<void> {
  await sleep(FIRST_WAIT_MS, undefined, { ref: false })
  for (const read of MODULES) {
    // Whoever needs a module that cannot be read hears why.
    await read().catch(() => undefined)
    await sleep(PAUSE_MS, undefined, { ref: false })
  }
}
