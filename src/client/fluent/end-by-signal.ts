import type { ActiveRun } from './active-run.ts'

/** How long a process that is told to end waits for its runs to be ended. */
const MOST_WAIT_MS = 5_000
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const runs = new Set<ActiveRun>()

/** A process that a signal ends marks the runs that are under way as KILLED before. */
export function watchSignals(run: ActiveRun): void {
  if (runs.size === 0) for (const signal of SIGNALS) process.on(signal, endBy)
  runs.add(run)
}

export function unwatchSignals(run: ActiveRun): void {
  if (runs.delete(run) && runs.size === 0) for (const signal of SIGNALS) process.off(signal, endBy)
}

/** A program that hears the signal itself decides what becomes of its runs. */
function endBy(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  const ended = Promise.allSettled([...runs].map((run) => run.end('KILLED', { maxRetries: 0 })))
  const late = new Promise<void>((resolve) => setTimeout(resolve, MOST_WAIT_MS))
  void Promise.race([ended, late]).then(() => {
    for (const each of SIGNALS) process.off(each, endBy)
    process.kill(process.pid, signal)
  })
}
