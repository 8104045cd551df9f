import { readdirSync, readFileSync } from 'node:fs'

/** Processor time of a server by who took it, in microseconds. */
export interface ThreadTimes {
  /** Of the thread that reads requests and writes replies. */
  readonly mainUs: number
  /** Of all threads of the process. */
  readonly allUs: number
}

/** @param pid of a process whose work is all its own: descendants are not counted. */
export function threadTimes(pid: number): ThreadTimes {
  const tasks = readdirSync(`/proc/${pid}/task`).map(Number)
  const times = new Map(tasks.map((task) => [task, onCpuUs(pid, task)]))
  return { mainUs: times.get(pid) ?? 0, allUs: [...times.values()].reduce((sum, time) => sum + time, 0) }
}

/** The first field of schedstat: nanoseconds on a CPU, where `stat` counts in hundredths of a second. */
function onCpuUs(pid: number, task: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1000
  } catch {
    return 0 // it ended since the listing
  }
}
