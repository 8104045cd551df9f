import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

export function childrenOf(pid: number): number[] {
  try {
    const pids = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    return pids.trim().split('\n').map(Number)
  } catch {
    return []
  }
}

/** How many connections that came in at this port a process has. Linux. */
export function connectionsOf(pid: number, port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const table = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').trim().split('\n').slice(1)
  const rows = table.map((row) => row.trim().split(/\s+/))
  const established = rows.filter((row) => row[1]?.endsWith(local) && row[3] === '01')
  const sockets = new Set(established.map((row) => `socket:[${row[9]}]`))
  return readdirSync(`/proc/${pid}/fd`).filter((file) => sockets.has(linkOf(`/proc/${pid}/fd/${file}`)))
    .length
}

/** Waits until one of the processes does nothing but compute. Linux. */
export async function oneComputes(pids: readonly number[]): Promise<void> {
  for (;;) {
    const before = pids.map(computedTicks)
    await setTimeout(200)
    // Of a core that it may have to share.
    if (pids.some((pid, at) => computedTicks(pid) - before[at]! >= 5)) return
  }
}

/** Hundredths of a second that a process has computed. */
function computedTicks(pid: number): number {
  const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)
  return Number(afterName?.split(' ')[11])
}

/** A file may be closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
