import { readFileSync } from 'node:fs'

/** Others have all cores where a process that has work gets less of one than this over so long. */
const STARVED_SHARE = 0.2
const LOOK_MS = 3_000
/** Of the clock that proc_pid_stat(5) counts in, the same on all machines of today. */
const TICK_MS = 10

/** Tells when others keep a process from the processor. Where there is no /proc, nothing is ever told. */
export class Starvation {
  readonly #pid: number
  #lookedAt = performance.now()
  #takenMs = 0

  /** @param pid of a process that was just started. */
  constructor(pid: number) {
    this.#pid = pid
  }

  /** To be asked again and again. Whether it had next to nothing of the last seconds. */
  isStarved(): boolean {
    const now = performance.now()
    const passedMs = now - this.#lookedAt
    if (passedMs < LOOK_MS) return false
    const takenMs = processorMs(this.#pid)
    if (takenMs === undefined) return false
    const share = (takenMs - this.#takenMs) / passedMs
    this.#lookedAt = now
    this.#takenMs = takenMs
    return share < STARVED_SHARE
  }
}

/** That all threads of a process have taken so far; undefined where it has ended, and where there is no /proc. */
function processorMs(pid: number): number | undefined {
  try {
    // The second field is a name in brackets, which may hold blanks; user and system time are the 14th and the 15th.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS
  } catch {
    return undefined
  }
}
