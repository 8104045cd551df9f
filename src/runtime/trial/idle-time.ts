import type { ForkOptions } from 'node:child_process'
import { existsSync } from 'node:fs'

const SHELL = '/bin/sh'
/** Without chrt(1), or where that may not, the program runs as its parent does. */
const SCRIPT = 'chrt -i -p 0 $$ >/dev/null 2>&1; exec "$0" "$@"'

/**
 * How `fork` starts Node so that it only runs where nothing else wants the processor: by SCHED_IDLE of Linux, sched(7). A nice
 * process keeps its core for milliseconds when another one wakes up there; this one leaves it at once. Where no core is ever
 * free it gets next to nothing, and cannot be given more again.
 * @param flags of Node.
 */
export function inIdleTime(flags: readonly string[]): Pick<ForkOptions, 'execPath' | 'execArgv'> {
  if (process.platform !== 'linux' || !existsSync(SHELL)) return asUsual(flags)
  return { execPath: SHELL, execArgv: ['-c', SCRIPT, process.execPath, ...flags] }
}

/** How `fork` starts Node with the priority of the thread that starts it. @param flags of Node. */
export function asUsual(flags: readonly string[]): Pick<ForkOptions, 'execPath' | 'execArgv'> {
  return { execPath: process.execPath, execArgv: [...flags] }
}
