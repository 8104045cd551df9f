import { isMainThread } from 'node:worker_threads'

/**
 * Ends this process without waiting for anything, native runs included. The kernel keeps SIGKILL from the first process of a
 * container where it comes from within (pid_namespaces(7)); an abort ends by an instruction that no process survives. Workers
 * cannot abort: called by one, it leaves such a process as it is.
 */
export function endAtOnce(): void {
  if (process.pid === 1 && isMainThread) process.abort()
  process.kill(process.pid, 'SIGKILL')
}
