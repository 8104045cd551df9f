import { readdirSync, readFileSync } from 'node:fs'

/** Ticks of a second that the kernel counts in (`USER_HZ`), the same on all machines of today. */
export const TICKS_PER_SECOND = 100

/** What proc_pid_stat(5) says of a process. */
export interface ProcessStat {
  readonly pid: number
  readonly parent: number
  readonly session: number
  /** Together with the pid it names one process for ever. */
  readonly startedAtTick: number
  /** It has ended, and nobody has waited for it. */
  readonly isZombie: boolean
  /** User and system time of all its threads, in seconds, with those of its children that it has waited for. */
  readonly cpuSeconds: number
}

/** All processes of the machine. */
export function allProcesses(): readonly ProcessStat[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => processStat(Number(entry)) ?? [])
}

/** @returns undefined where it has ended. */
export function processStat(pid: number): ProcessStat | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  // The name, in brackets, may hold blanks and brackets; the fields after it begin with the third.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const field = (number: number): number => Number(fields[number - 3])
  return {
    ...{ pid, parent: field(4), session: field(6), startedAtTick: field(22) },
    isZombie: fields[0] === 'Z' || fields[0] === 'X',
    cpuSeconds: (field(14) + field(15) + field(16) + field(17)) / TICKS_PER_SECOND,
  }
}
