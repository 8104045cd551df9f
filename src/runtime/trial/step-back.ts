import { readdirSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/** A tenth of the time of what runs as usual, where both want the same core. */
const NICENESS = 10
/** The first to go (proc_pid_oom_score_adj(5)). */
const OOM_SCORE = '1000'

/** Lets the calling process wait for others: for the processor, and when the system is out of memory. */
export function stepBack(): void {
  // On Linux each thread has a niceness of its own, which those that it starts inherit.
  for (const thread of threadIds()) {
    try {
      setPriority(thread, NICENESS)
    } catch {
      // It has ended, or this system does not let it be.
    }
  }
  try {
    writeFileSync('/proc/self/oom_score_adj', OOM_SCORE)
  } catch {
    // There is none but on Linux.
  }
}

function threadIds(): readonly number[] {
  try {
    return readdirSync('/proc/self/task').map(Number)
  } catch {
    return [process.pid]
  }
}
