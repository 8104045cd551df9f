/** Runs in the server. Its threads and processes have the same arguments, and are ended by it. */
const WATCH = `
import { isMainThread } from 'node:worker_threads'
const parent = process.ppid
const look = () => {
  if (process.ppid === parent) return
  clearInterval(timer)
  process.kill(process.pid, 'SIGTERM')
}
const timer = isMainThread ? setInterval(look, 500).unref() : undefined
`

/**
 * Arguments of Node by which a process ends when the one that started it is there no more, however that ended: even SIGKILL,
 * of which no process learns itself.
 */
export const END_WITH_PARENT: readonly string[] = [
  '--import',
  `data:text/javascript,${encodeURIComponent(WATCH)}`,
]
