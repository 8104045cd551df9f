import { type ChildProcess, type ForkOptions, fork } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { messageOf } from '../../core/errors.ts'
import type { LoadStage } from '../load/load-stage.ts'
import { siblingModule } from '../pool/sibling-module.ts'
import { asUsual, inIdleTime } from './idle-time.ts'
import { residentBytes } from './resident-memory.ts'
import { Starvation } from './starvation.ts'
import { trialEnvironment } from './trial-environment.ts'
import type { TrialEnd, TrialMessage, TrialOutcome, TrialThreadData } from './trial-messages.ts'

const WATCH_MS = 50
const MOST_OUTPUT = 4_096

type StartPriority = (flags: readonly string[]) => Pick<ForkOptions, 'execPath' | 'execArgv'>

/** The process of one trial, and whoever watches over it. */
export class WatchedTrial {
  readonly #plan: TrialThreadData
  readonly #warn: (message: string) => void
  readonly #startedAt = performance.now()
  #child: ChildProcess | undefined
  #stage: LoadStage | 'reading' = 'reading'
  #peakBytes = 0
  #output = ''
  /** Known before the process has ended. */
  #end: TrialEnd | undefined
  /** Of a process that runs in idle time; undefined of one that does not. */
  #starvation: Starvation | undefined

  constructor(plan: TrialThreadData, warn: (message: string) => void) {
    this.#plan = plan
    this.#warn = warn
  }

  /** Settles when the process has ended, and has left nothing behind. */
  async outcome(): Promise<TrialOutcome> {
    const end = await this.#run()
    return {
      end,
      stage: this.#stage,
      totalMs: performance.now() - this.#startedAt,
      peakBytes: this.#peakBytes,
      output: this.#output,
    }
  }

  giveUp(): void {
    this.#finish({ how: 'given-up' })
  }

  async #run(): Promise<TrialEnd> {
    const timer = setTimeout(() => this.#finish({ how: 'late' }), this.#plan.limits.timeoutMs)
    const watch = setInterval(() => this.#look(), WATCH_MS)
    try {
      return await this.#startInIdleTime()
    } catch (error) {
      return { how: 'not-started', reason: messageOf(error) }
    } finally {
      clearTimeout(timer)
      clearInterval(watch)
    }
  }

  /** Where there is none for long, the trial begins once more, and gets a share of what others want too. */
  async #startInIdleTime(): Promise<TrialEnd> {
    const ended = this.#start(inIdleTime)
    const pid = this.#child?.pid
    this.#starvation = pid === undefined ? undefined : new Starvation(pid)
    const end = await ended
    if (this.#end !== undefined || this.#starvation !== undefined) return end
    this.#stage = 'reading'
    this.#output = ''
    return await this.#start(asUsual)
  }

  /** Settles when the process has ended and all that it printed is here. */
  #start(priority: StartPriority): Promise<TrialEnd> {
    const child = startProcess(this.#plan, priority)
    this.#child = child
    return new Promise((resolve) => {
      child.on('message', (message) => this.#hear(message as TrialMessage))
      child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#keep(text))
      child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#keep(text))
      child.once('close', (code, signal) => resolve(this.#end ?? { how: 'died', code, signal }))
      child.on('error', (error) => {
        // Without a pid there is no process, and nothing will be closed.
        if (child.pid === undefined) resolve({ how: 'not-started', reason: messageOf(error) })
      })
      // A process that has ended already says why when it is closed.
      child.send(this.#plan.job, () => {})
    })
  }

  #hear(message: TrialMessage): void {
    if (message.kind === 'stage') this.#stage = message.stage
    else if (message.kind === 'warning') this.#warn(message.message)
    else if (message.kind === 'passed') this.#finish({ how: 'passed' })
    else this.#finish({ how: 'failed', error: message.error })
  }

  #look(): void {
    this.#lookAtMemory()
    if (this.#starvation?.isStarved() !== true) return
    this.#starvation = undefined
    this.#kill()
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

function startProcess({ limits, heapBytes }: TrialThreadData, priority: StartPriority): ChildProcess {
  const heapMegabytes = Math.max(1, Math.floor(Math.min(limits.memoryBytes, heapBytes) / 2 ** 20))
  const flags = process.execArgv.filter((flag) => !flag.startsWith('--inspect'))
  return fork(fileURLToPath(siblingModule(import.meta.url, 'trial-process')), [], {
    ...priority([...flags, `--max-old-space-size=${heapMegabytes}`]),
    env: trialEnvironment(process.env),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}
