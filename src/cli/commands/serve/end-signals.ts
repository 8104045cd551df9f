import { performance } from 'node:perf_hooks'

/** One wish comes as several signals where whoever ends a process group signals its members as well. */
const SAME_WISH_MS = 200

/** Tells `end` of each wish that this process ends: `repeated` from the second on. */
export function onEndSignals(end: (signal: NodeJS.Signals, repeated: boolean) => void): void {
  let lastAt = Number.NEGATIVE_INFINITY
  let wishes = 0
  const take = (signal: NodeJS.Signals): void => {
    const now = performance.now()
    if (now - lastAt < SAME_WISH_MS) return
    lastAt = now
    wishes += 1
    end(signal, wishes > 1)
  }
  process.on('SIGTERM', take)
  process.on('SIGINT', take)
}
