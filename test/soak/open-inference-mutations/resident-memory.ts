import { readFileSync } from 'node:fs'

const KIB = 1024

/** Bytes of a process that are in memory (Linux). */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * KIB
}
