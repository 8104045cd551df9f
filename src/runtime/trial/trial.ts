import { type ChildProcess, fork } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { getHeapStatistics } from 'node:v8'
import type { LoadStage } from '../load/load-stage.ts'
import { siblingModule } from '../pool/sibling-module.ts'
import { residentBytes } from './resident-memory.ts'
import { refusalOf, type TrialEnd } from './trial-end.ts'
import { trialEnvironment } from './trial-environment.ts'
import type { TrialJob, TrialMessage } from './trial-messages.ts'
import type { TrialLimits } from './trial-options.ts'

export interface TrialPlan {
  readonly job: TrialJob
  readonly limits: TrialLimits
  /** Ends the process and rejects with the signal's reason. */
  readonly signal: AbortSignal
  /** Told what a user should know of the model. */
  warn(message: string): void
}

/** Of a trial that is over. */
export interface TrialReport {
  /** What the model is refused for; undefined where it passed. */
  readonly refusal: unknown
  /** How far it came. */
  readonly stage: LoadStage | 'reading'
  readonly totalMs: number
  /** The most memory that was seen; 0 where it cannot be seen. */
  readonly peakBytes: number
  /** What the process printed last. */
  readonly output: string
}

const WATCH_MS = 50
const MOST_OUTPUT = 4_096

/** Tries a model in a process of its own. That has ended, and left nothing behind, when this resolves. */
export async function tryModel(plan: TrialPlan): Promise<TrialReport> {
  return await new Trial(plan).report()
}

class Trial {
  readonly #plan: TrialPlan
  readonly #startedAt = performance.now()
  #child: ChildProcess | undefined
  #stage: LoadStage | 'reading' = 'reading'
  #peakBytes = 0
  #output = ''
  /** Known before the process has ended. */
  #end: TrialEnd | undefined

  constructor(plan: TrialPlan) {
    this.#plan = plan
  }

  async report(): Promise<TrialReport> {
    const end = await this.#run()
    const { limits } = this.#plan
    return {
      refusal: refusalOf(end, { stage: this.#stage, limits }),
      stage: this.#stage,
      totalMs: performance.now() - this.#startedAt,
      peakBytes: this.#peakBytes,
      output: this.#output,
    }
  }

  async #run(): Promise<TrialEnd> {
    const { job, limits, signal } = this.#plan
    if (signal.aborted) return { how: 'given-up', reason: signal.reason }
    const onAbort = (): void => this.#finish({ how: 'given-up', reason: signal.reason })
    const onExit = (): void => this.#kill()
    const timer = setTimeout(() => this.#finish({ how: 'late' }), limits.timeoutMs)
    const watch = setInterval(() => this.#lookAtMemory(), WATCH_MS)
    signal.addEventListener('abort', onAbort)
    process.once('exit', onExit)
    try {
      return await this.#start(job)
    } catch (cause) {
      return { how: 'not-started', cause }
    } finally {
      clearTimeout(timer)
      clearInterval(watch)
      signal.removeEventListener('abort', onAbort)
      process.removeListener('exit', onExit)
    }
  }

  /** Settles when the process has ended and all that it printed is here. */
  #start(job: TrialJob): Promise<TrialEnd> {
    const child = startProcess(this.#plan.limits)
    this.#child = child
    return new Promise((resolve) => {
      child.on('message', (message) => this.#hear(message as TrialMessage))
      child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#keep(text))
      child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#keep(text))
      child.once('close', (code, signal) => resolve(this.#end ?? { how: 'died', code, signal }))
      child.on('error', (cause) => {
        // Without a pid there is no process, and nothing will be closed.
        if (child.pid === undefined) resolve({ how: 'not-started', cause })
      })
      // A process that has ended already says why when it is closed.
      child.send(job, () => {})
    })
  }

  #hear(message: TrialMessage): void {
    if (message.kind === 'stage') this.#stage = message.stage
    else if (message.kind === 'warning') this.#plan.warn(message.message)
    else if (message.kind === 'passed') this.#finish({ how: 'passed' })
    else this.#finish({ how: 'failed', error: message.error })
  }

  #lookAtMemory(): void {
    const bytes = this.#child?.pid === undefined ? undefined : residentBytes(this.#child.pid)
    if (bytes === undefined) return
    this.#peakBytes = Math.max(this.#peakBytes, bytes)
    if (bytes > this.#plan.limits.memoryBytes) this.#finish({ how: 'large', bytes })
  }

  #keep(text: string): void {
    this.#output = (this.#output + text).slice(-MOST_OUTPUT)
  }

  /** The first end that is seen counts; there is nothing left to be done in the process then. */
  #finish(end: TrialEnd): void {
    this.#end ??= end
    this.#kill()
  }

  /** Nothing less ends a native run. */
  #kill(): void {
    this.#child?.kill('SIGKILL')
  }
}

function startProcess({ memoryBytes }: TrialLimits): ChildProcess {
  // A heap that this process may not have is of no use to try.
  const heapBytes = Math.min(memoryBytes, getHeapStatistics().heap_size_limit)
  const flags = process.execArgv.filter((flag) => !flag.startsWith('--inspect'))
  return fork(fileURLToPath(siblingModule(import.meta.url, 'trial-process')), [], {
    execArgv: [...flags, `--max-old-space-size=${Math.max(1, Math.floor(heapBytes / 2 ** 20))}`],
    env: trialEnvironment(process.env),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}
