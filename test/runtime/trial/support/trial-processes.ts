import { readdirSync, readFileSync } from 'node:fs'

/** Process ids of the trials that `parent` has started and that still live. */
export function trialsOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isTrialOf(pid, parent))
}

function isTrialOf(pid: number, parent: number): boolean {
  const isChild = new RegExp(`^PPid:\\s+${parent}$`, 'm').test(read(`/proc/${pid}/status`))
  return isChild && read(`/proc/${pid}/cmdline`).includes('trial-process')
}

export function isAlive(pid: number): boolean {
  // One that nobody has waited for yet is dead.
  return /^State:\s+[^ZX]/m.test(read(`/proc/${pid}/status`))
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
