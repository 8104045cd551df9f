import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../core/errors.ts'
import type { MetricFigures } from '../core/metric-figures.ts'
import type { ModelChange, NamedModels } from '../core/model-change.ts'
import type { TrafficReport } from '../core/traffic-report.ts'
import type { TuningNews } from '../core/tuning-news.ts'
import { type ChangeAnswer, type Order, PROCESS_NUMBER, type Report } from './process-messages.ts'
import type { Offer, Receiver } from './receiver.ts'

/** What a process wrote before its end has long been read by then. */
const LONGEST_READ_MS = 500

/** A program and its arguments, run by this Node. */
export interface Program {
  readonly script: string
  readonly args: readonly string[]
}

/** Whoever is told what a process reports. */
export interface ProcessObserver {
  ready(process: SupervisedProcess, models: readonly NamedModels[]): void
  accepted(process: SupervisedProcess, id: number, connections: number): void
  declined(process: SupervisedProcess, id: number): void
  counted(process: SupervisedProcess, connections: number): void
  scrape(process: SupervisedProcess, id: number): void
  figures(process: SupervisedProcess, id: number, figures: readonly MetricFigures[]): void
  change(process: SupervisedProcess, id: number, change: ModelChange): void
  done(process: SupervisedProcess, id: number, answer: ChangeAnswer): void
  tuned(process: SupervisedProcess, tuned: TuningNews): void
  rollout(process: SupervisedProcess, message: unknown): void
  leave(process: SupervisedProcess): void
  /** It is over, and everything that it had sent has been read. */
  ended(process: SupervisedProcess, end: ProcessEnd): void
}

export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** From when its models were loaded; 0 where it never came so far. */
  readonly servedMs: number
}

/** One server process, seen from its supervisor. */
export class SupervisedProcess implements Receiver {
  /** From 1 up; whoever takes its place has the same. */
  readonly number: number
  /** It has loaded its models. */
  isReady = false
  /** It was asked to end. */
  isLeaving = false
  /** Killed because it gave no sign of life. */
  wasHung = false
  residentBytes = 0
  /** Once it has been told to depart. */
  traffic: TrafficReport | undefined
  /** The last that it gave. */
  lastFigures: readonly MetricFigures[] = []
  readonly #child: ChildProcess
  readonly #observer: ProcessObserver
  #readyAt: number | undefined
  #silentTicks = 0

  constructor(number: number, program: Program, observer: ProcessObserver) {
    this.number = number
    this.#observer = observer
    this.#child = fork(program.script, program.args, {
      env: { ...process.env, [PROCESS_NUMBER]: String(number) },
    })
    this.#child.on('message', (report) => this.#take(report as Report))
    void this.#watchEnd()
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  send(order: Order): void {
    // One that dies meanwhile is noticed by its end.
    if (this.#child.connected) this.#child.send(order, () => {})
  }

  hand(socket: Socket, offer: Offer): void {
    const order: Order = { type: 'connection', ...offer }
    if (this.#child.connected) this.#child.send(order, socket, { keepOpen: true }, () => {})
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /**
   * Counts one tick of the supervisor's clock without a sign of life. Ticks, not times: while the machine sleeps
   * or the supervisor is stopped, nobody ticks. @returns how many there were in a row.
   */
  countSilence(): number {
    this.#silentTicks = this.isReady && !isStopped(this.pid) ? this.#silentTicks + 1 : 0
    return this.#silentTicks
  }

  #take(report: Report): void {
    this.#silentTicks = 0
    switch (report.type) {
      case 'ready':
        this.isReady = true
        this.#readyAt = performance.now()
        this.#observer.ready(this, report.models ?? [])
        break
      case 'accepted':
        this.#observer.accepted(this, report.id, report.connections)
        break
      case 'declined':
        this.#observer.declined(this, report.id)
        break
      case 'beat':
        this.residentBytes = report.residentBytes
        this.traffic = report.traffic
        this.#observer.counted(this, report.connections)
        break
      case 'count':
        this.#observer.counted(this, report.connections)
        break
      case 'scrape':
        this.#observer.scrape(this, report.id)
        break
      case 'figures':
        this.lastFigures = report.figures
        this.#observer.figures(this, report.id, report.figures)
        break
      case 'change':
        this.#observer.change(this, report.id, report.change)
        break
      case 'done':
        this.#observer.done(this, report.id, report)
        break
      case 'tuned':
        this.#observer.tuned(this, report.tuned)
        break
      case 'rollout':
        this.#observer.rollout(this, report.message)
        break
      case 'leave':
        this.#observer.leave(this)
        break
    }
  }

  async #watchEnd(): Promise<void> {
    const disconnected = new Promise<void>((resolve) => this.#child.once('disconnect', resolve))
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      this.#child.once('exit', (exitCode, exitSignal) => resolve([exitCode, exitSignal]))
      this.#child.once('error', (error) => {
        // It could not be started at all: too many processes, not enough memory.
        process.emitWarning(messageOf(error))
        if (this.#child.pid === undefined) resolve([1, null])
      })
    })
    const servedMs = this.#readyAt === undefined ? 0 : performance.now() - this.#readyAt
    // What it sent before its end may still be on its way. Node may never say that all is read, where a connection
    // was just handed to it.
    if (this.#child.connected) await Promise.race([disconnected, sleep(LONGEST_READ_MS)])
    this.#observer.ended(this, { code, signal, servedMs })
  }
}

/** By SIGSTOP, or held by a debugger (Linux, proc(5)): it will go on where it was, and has nothing to answer for. */
function isStopped(pid: number | undefined): boolean {
  if (pid === undefined || process.platform !== 'linux') return false
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return /^ [Tt]/.test(stat.slice(stat.lastIndexOf(')') + 1))
  } catch {
    return false
  }
}
