import type { ServedModel } from '../../runtime/served-model.ts'

/** Of one turn of the event loop: so long a request that comes meanwhile may wait for what nobody waits for. */
const LONGEST_MS = 0.1
/** What it takes to hand over a run and to look at its outputs. */
const HANDLING_MS = 0.015
/** Of the time of a run, where nobody could measure it. */
const UNMEASURED_MS = 0.5
/** Handing over that many takes about 0.1 ms. */
const MOST_AT_ONCE = 16

/**
 * How many of the runs that wait, in their order, are to begin in one turn of the event loop: as many as hold the thread for a
 * tenth of a millisecond, by what a row takes where the model runs in this thread, and one at least. Where so many wait that a
 * busy thread would never come to an end with them, it is held longer, by so much again for each sixteen.
 */
export function turnShare(waiting: readonly ServedModel[]): number {
  const most = Math.min(waiting.length, MOST_AT_ONCE)
  const longestMs = LONGEST_MS * (1 + waiting.length / MOST_AT_ONCE)
  let milliseconds = 0
  for (let count = 0; count < most; count += 1) {
    milliseconds += holdingMs(waiting[count]!)
    if (count > 0 && milliseconds > longestMs) return count
  }
  return most
}

function holdingMs({ placement, loadTimes }: ServedModel): number {
  return placement === 'pool' ? 0 : HANDLING_MS + (loadTimes.batch1 ?? UNMEASURED_MS)
}
