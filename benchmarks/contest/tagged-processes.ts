import { readFileSync } from 'node:fs'
import { allProcesses, type ProcessStat } from '../lib/process-stat.ts'

const TAG = 'HEADRACE_BENCH_GROUP'

/**
 * Everything that has come out of one process, however it forks or daemonises: what bears the tag in its
 * environment, what is in its session, what descends from any of these, and what did when it was last looked at
 * (programs that set their title overwrite their environment).
 */
export class TaggedProcesses {
  readonly #tag: Buffer
  readonly #leader: number
  /** When each started, by its pid. */
  #known = new Map<number, number>()

  /** @param leader of the session, started with `tagOf(name)` in its environment. */
  constructor(name: string, leader: number) {
    this.#tag = Buffer.from(`${TAG}=${name}\0`)
    this.#leader = leader
  }

  /** All there are now, zombies too. */
  all(): readonly ProcessStat[] {
    const processes = allProcesses()
    const byParent = Map.groupBy(processes, ({ parent }) => parent)
    const found = new Set(processes.filter((process) => this.#isOurs(process)))
    for (const process of found) {
      for (const child of byParent.get(process.pid) ?? []) found.add(child)
    }
    this.#known = new Map([...found].map(({ pid, startedAtTick }) => [pid, startedAtTick]))
    return [...found]
  }

  living(): readonly ProcessStat[] {
    return this.all().filter(({ isZombie }) => !isZombie)
  }

  #isOurs({ pid, session, startedAtTick }: ProcessStat): boolean {
    if (session === this.#leader || this.#known.get(pid) === startedAtTick) return true
    return this.#bearsTag(pid)
  }

  #bearsTag(pid: number): boolean {
    try {
      return readFileSync(`/proc/${pid}/environ`).includes(this.#tag)
    } catch {
      return false // it has ended, or is of another user
    }
  }
}

/** What to add to the environment of the first of them. */
export function tagOf(name: string): Readonly<Record<string, string>> {
  return { [TAG]: name }
}
