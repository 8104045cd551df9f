import { setPriority } from 'node:os'

/** As `nice` counts. */
const NICENESS = 5

/**
 * Lets the scheduler prefer the process's other threads to the calling one, above all the thread that reads HTTP, which has
 * little to do and must do it at once. On Linux 0 means the calling thread, and threads that it starts are like it.
 */
export function yieldToOthers(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(0, NICENESS)
  } catch {
    // Not allowed here: the threads are equal then.
  }
}
