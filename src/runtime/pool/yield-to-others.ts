import { getPriority, setPriority } from 'node:os'

/** As `nice` counts: a tenth of the time of a core that another thread wants too. */
const NICER_BY = 10
const NICEST = 19

/**
 * Lets the scheduler prefer the process's other threads to the calling one, above all the thread that reads HTTP, which has
 * little to do and must do it at once. On Linux 0 means the calling thread, and threads that it starts are like it;
 * elsewhere it would mean the process.
 */
export function yieldToOthers(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(0, Math.min(NICEST, getPriority(0) + NICER_BY))
  } catch {
    // Not allowed here: the threads are equal then.
  }
}
