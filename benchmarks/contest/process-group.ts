import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onInterruption } from '../lib/interruption.ts'
import { memoryOf } from '../lib/process-memory.ts'
import type { Launch } from './peer.ts'
import type { Memory } from './result.ts'
import { TaggedProcesses, tagOf } from './tagged-processes.ts'

export interface GroupStart {
  /** CPUs of all its processes, as taskset takes them. */
  readonly cpus: string
  /** For what it writes: it starts there, and finds it in TMPDIR. Removed where this process is interrupted. */
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
}

const SUCCESS = 'exit code 0'
const LOG_BYTES = 20_000
const TERM_MS = 3000
const KILL_MS = 5000
const POLL_MS = 20

/** A contestant's processes, in a session of their own and pinned to their CPUs. */
export class ProcessGroup {
  readonly #child: ChildProcess
  readonly #processes: TaggedProcesses
  readonly #logFile: number
  readonly #settle: () => void
  readonly #end: Promise<string>
  #ended: string | undefined
  #lastLog: string | undefined

  private constructor(launch: Launch, { cpus, folder, env }: GroupStart) {
    const name = randomUUID()
    // A file, since it costs this process nothing when a server logs each of its requests.
    this.#logFile = openSync(join(folder, `log-${name}`), 'a+')
    // Before there is anything to end: a signal is heard from here on, in the turn after this one.
    this.#settle = onInterruption(() => {
      this.#killAll()
      rmSync(folder, { recursive: true, force: true })
    })
    this.#child = spawn('taskset', ['-c', cpus, ...launch.command], {
      detached: true,
      cwd: launch.cwd ?? folder,
      env: { ...process.env, TMPDIR: folder, ...launch.env, ...env, ...tagOf(name) },
      stdio: ['ignore', this.#logFile, this.#logFile],
    })
    this.#processes = new TaggedProcesses(name, this.#child.pid ?? -1)
    this.#end = new Promise<string>((resolve) => {
      this.#child.on('error', ({ message }) => resolve(message))
      this.#child.on('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    }).then((ended) => (this.#ended = ended))
  }

  static start(launch: Launch, start: GroupStart): ProcessGroup {
    return new ProcessGroup(launch, start)
  }

  /** How it ended: `exit code 1`, `SIGSEGV`. Undefined while it runs, also where it goes on in the background. */
  get exited(): string | undefined {
    if (this.#ended !== SUCCESS) return this.#ended
    return this.#processes.living().length > 0 ? undefined : this.#ended
  }

  /** The last 20 kB that it printed. */
  get log(): string {
    return this.#lastLog ?? this.#readLog()
  }

  /**
   * Processor time of all processes so far. It falls where one ends that nobody waits for: what daemonised away and then
   * ended is lost, what a parent of the group waited for is not.
   */
  cpuSeconds(): number {
    return this.#processes.all().reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)
  }

  memory(): Memory {
    const memories = this.#processes.living().flatMap(({ pid }) => memoryOf(pid) ?? [])
    return {
      rssBytes: memories.reduce((sum, { rss }) => sum + rss, 0),
      pssBytes: memories.reduce((sum, { pss }) => sum + pss, 0),
      processes: memories.length,
    }
  }

  /** Ends all processes: SIGTERM, and SIGKILL to what is left after 3 s. @throws Error where one cannot be ended */
  async stop(): Promise<void> {
    if (this.#lastLog !== undefined) return
    for (const { pid } of this.#processes.living()) send(pid, 'SIGTERM')
    if (!(await this.#goneWithin(TERM_MS))) await this.#kill()
    await this.#end
    this.#settle()
    this.#lastLog = this.#readLog()
    closeSync(this.#logFile)
  }

  async #kill(): Promise<void> {
    const giveUp = performance.now() + KILL_MS
    do {
      this.#killAll()
      if (await this.#goneWithin(POLL_MS)) return
    } while (performance.now() < giveUp)
    const left = this.#processes.living().map(({ pid }) => pid)
    throw new Error(`Processes that SIGKILL does not end: ${left.join(', ')}`)
  }

  async #goneWithin(ms: number): Promise<boolean> {
    const end = performance.now() + ms
    while (this.#processes.living().length > 0) {
      if (performance.now() > end) return false
      await sleep(POLL_MS)
    }
    return true
  }

  #killAll(): void {
    for (const { pid } of this.#processes.living()) send(pid, 'SIGKILL')
  }

  #readLog(): string {
    const { size } = fstatSync(this.#logFile)
    const bytes = Buffer.alloc(Math.min(size, LOG_BYTES))
    return bytes.toString('utf8', 0, readSync(this.#logFile, bytes, 0, bytes.length, size - bytes.length))
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}
