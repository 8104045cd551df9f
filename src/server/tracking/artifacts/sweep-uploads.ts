import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { removeLeftovers, removeOld } from '../../../artifacts/upload-leftovers.ts'

/** After a start there is more urgent work. */
const AFTER_START_MS = 3_000
/** By then what was young at the start is old, unless it is being written. */
const AGAIN_MS = 2 * 60 * 60_000

/** Removes in the background what uploads left that a process before this one did not end. */
export async function sweepUploads(root: string, logger: Logger): Promise<void> {
  await delay(AFTER_START_MS, undefined, { ref: false })
  const { removed, young } = await removeLeftovers(root)
  tell(removed, logger)
  if (young.length === 0) return
  await delay(AGAIN_MS, undefined, { ref: false })
  const gone = await Promise.all(young.map((path) => removeOld(path)))
  tell(gone.filter(Boolean).length, logger)
}

function tell(removed: number, logger: Logger): void {
  if (removed > 0) logger.info({ removed }, 'removed files of uploads that were never ended')
}
