/**
 * Watches the event loop of the main thread from a thread beside it. A native run that never returns can be ended
 * by nothing but the end of the process; the main thread is inside it and cannot do that itself.
 */
import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import type { WatchdogData } from './watchdog-messages.ts'

const { beats, beatMs, maxSilentTicks, lastLine } = workerData as WatchdogData
const count = new Int32Array(beats)
const STDERR = 2

let seen = Atomics.load(count, 0)
let silentTicks = 0

// Ticks, not times: while the machine sleeps or the process is stopped, this thread does not tick either.
setInterval(() => {
  const now = Atomics.load(count, 0)
  silentTicks = now === seen ? silentTicks + 1 : 0
  seen = now
  // Once: the first process of a container outlives the signal, and is left to whoever watches it from outside.
  if (silentTicks !== maxSilentTicks) return
  try {
    writeSync(STDERR, `${lastLine.before}${new Date().toISOString()}${lastLine.after}\n`)
  } finally {
    process.kill(process.pid, 'SIGKILL')
  }
}, beatMs)
