import { readFileSync } from 'node:fs'

/** In bytes. */
export interface ProcessMemory {
  readonly rss: number
  /** Proportional: pages that processes share are divided among them. */
  readonly pss: number
}

/** @returns undefined where it has ended. */
export function memoryOf(pid: number): ProcessMemory | undefined {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const bytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(rollup)?.[1] ?? 0) * 1024
    return { rss: bytes('Rss'), pss: bytes('Pss') }
  } catch {
    return undefined
  }
}
