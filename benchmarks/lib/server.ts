import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryOf } from './process-memory.ts'
import { processTree } from './process-tree.ts'

/** How a server under test is started, and the request that shows that it works. */
export interface ServerPlan {
  readonly name: string
  readonly command: readonly string[]
  readonly port: number
  readonly path: string
  readonly body: string
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** CPUs it is pinned to, as taskset takes them: `0-2`. */
  readonly cpus?: string
}

/** A server process and its descendants, started for one measurement. */
export class Server {
  readonly plan: ServerPlan
  readonly #child: ChildProcess
  readonly #startedAt = performance.now()
  #log = ''

  constructor(plan: ServerPlan) {
    this.plan = plan
    const [program = '', ...args] =
      plan.cpus === undefined ? plan.command : ['taskset', '-c', plan.cpus, ...plan.command]
    this.#child = spawn(program, args, {
      detached: true,
      cwd: plan.cwd,
      env: { ...process.env, ...plan.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#log = (this.#log + chunk.toString()).slice(-20_000)
      })
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.plan.port}${this.plan.path}`
  }

  /** Of the server itself: taskset becomes what it starts. */
  get pid(): number {
    return this.#child.pid ?? -1
  }

  /** What it printed last. */
  get log(): string {
    return this.#log
  }

  /** @returns milliseconds from exec to the first prediction, polled each 2 ms. */
  firstPrediction(timeoutMs = 120_000): Promise<number> {
    return this.#until(() => this.#predicts(), timeoutMs)
  }

  /** @returns milliseconds from exec until Headrace says that it is ready, polled each 2 ms. */
  ready(timeoutMs = 120_000): Promise<number> {
    return this.#until(() => this.#isReady(), timeoutMs)
  }

  /** @returns milliseconds from exec until a GET of its path is answered with 200, polled each 2 ms. */
  answers(timeoutMs = 120_000): Promise<number> {
    return this.#until(() => isOk(this.url), timeoutMs)
  }

  async #until(condition: () => Promise<boolean>, timeoutMs: number): Promise<number> {
    for (;;) {
      const elapsed = performance.now() - this.#startedAt
      if (this.#child.exitCode !== null || elapsed > timeoutMs) {
        throw new Error(`${this.plan.name} did not start:\n${this.#log}`)
      }
      if (await condition()) return performance.now() - this.#startedAt
      await sleep(2)
    }
  }

  #isReady(): Promise<boolean> {
    return isOk(new URL('/ready', this.url))
  }

  async #predicts(): Promise<boolean> {
    try {
      const headers = { 'content-type': 'application/json' }
      const reply = await fetch(this.url, { method: 'POST', headers, body: this.plan.body })
      const text = await reply.text()
      if (!reply.ok) throw new Error(`${this.plan.name} answered ${reply.status}: ${text}`)
      return true
    } catch (error) {
      if (error instanceof TypeError) return false
      throw error
    }
  }

  /** Resident memory of the process and all its descendants, in bytes. */
  residentBytes(): number {
    return processTree(this.#child.pid ?? -1).reduce((sum, pid) => sum + residentBytes(pid), 0)
  }

  /** Memory of the process and all its descendants, in bytes: pages that they share are counted once. */
  proportionalBytes(): number {
    return processTree(this.#child.pid ?? -1).reduce((sum, pid) => sum + (memoryOf(pid)?.pss ?? 0), 0)
  }

  /** Processor time that the process and all its descendants have taken, in seconds. */
  cpuSeconds(): number {
    return processTree(this.#child.pid ?? -1).reduce((sum, pid) => sum + cpuSeconds(pid), 0)
  }

  /** Ends the process and all that it started, however they were left: the next server wants the port. */
  async stop(): Promise<void> {
    const group = this.#child.pid
    if (group === undefined) return
    const killAt = performance.now() + STOP_MS
    signalGroup(group, 'SIGTERM')
    while (signalGroup(group, performance.now() > killAt ? 'SIGKILL' : 0)) await sleep(20)
  }
}

async function isOk(url: string | URL): Promise<boolean> {
  const reply = await fetch(url).catch(() => undefined)
  await reply?.arrayBuffer()
  return reply?.ok ?? false
}

const STOP_MS = 8_000

/** @returns whether there is still a process in the group. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal)
  } catch {
    return false
  }
}

/** Ticks of a second that the kernel counts in (`USER_HZ`), the same on all machines of today. */
const TICKS_PER_SECOND = 100

/** User and system time: fields 14 and 15 of proc_pid_stat(5); the name in brackets may hold blanks. */
function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  } catch {
    return 0
  }
}

function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024 || 0
  } catch {
    return 0
  }
}
