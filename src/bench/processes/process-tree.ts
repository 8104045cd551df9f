import { readdirSync, readFileSync } from 'node:fs'

/** Ticks of a second that the kernel counts in (`USER_HZ`), the same on all machines of today. */
const TICKS_PER_SECOND = 100

/** What proc_pid_stat(5) says of a process. */
export interface ProcessStat {
  readonly pid: number
  readonly parent: number
  /** User and system time of all its threads, in seconds, with those of its children that it has waited for. */
  readonly cpuSeconds: number
}

/** All processes that can be seen; none on systems without /proc. */
export function allProcesses(): readonly ProcessStat[] {
  try {
    const entries = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))
    return entries.flatMap((entry) => processStat(Number(entry)) ?? [])
  } catch {
    return []
  }
}

/** The processes of `roots` that are still there, and all their descendants. */
export function withDescendants(
  roots: readonly number[],
  processes: readonly ProcessStat[],
): readonly ProcessStat[] {
  const children = Map.groupBy(processes, ({ parent }) => parent)
  const tree = new Set(processes.filter(({ pid }) => roots.includes(pid)))
  // A set is walked to its end, what was added meanwhile included.
  for (const { pid } of tree) for (const child of children.get(pid) ?? []) tree.add(child)
  return [...tree]
}

/** In bytes: PSS, in which pages that processes share are divided among them, or RSS where PSS is not told; 0 where neither is. */
export function memoryOf(pid: number): number {
  return (
    kilobytes(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+) kB$/m) ??
    kilobytes(`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB$/m) ??
    0
  )
}

function kilobytes(file: string, line: RegExp): number | undefined {
  const found = line.exec(textOf(file) ?? '')?.[1]
  return found === undefined ? undefined : Number(found) * 1024
}

function processStat(pid: number): ProcessStat | undefined {
  const text = textOf(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The name, in brackets, may hold blanks and brackets; the fields after it begin with the third.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const field = (number: number): number => Number(fields[number - 3])
  const ticks = field(14) + field(15) + field(16) + field(17)
  return { pid, parent: field(4), cpuSeconds: ticks / TICKS_PER_SECOND }
}

/** Undefined where the process has ended, or is somebody else's. */
export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
