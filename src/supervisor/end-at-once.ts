/**
 * Ends this process without waiting for anything, native runs included. The kernel keeps SIGKILL from the first process of a
 * container where it comes from within (pid_namespaces(7)); an abort ends by an instruction that no process survives. Of the main
 * thread alone: workers cannot abort.
 */
export function endAtOnce(): void {
  if (process.pid === 1) process.abort()
  process.kill(process.pid, 'SIGKILL')
}
