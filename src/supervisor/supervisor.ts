import { setTimeout as delay } from 'node:timers/promises'
import { messageOf, serializeError } from '../core/errors.ts'
import type { MetricFigures } from '../core/metric-figures.ts'
import type { ModelChange, NamedModels } from '../core/model-change.ts'
import { acceptingMs, isQuiet } from '../core/traffic-report.ts'
import type { TuningNews } from '../core/tuning-news.ts'
import { ConnectionDispatcher } from './connection-dispatcher.ts'
import { FigureGathering } from './figure-gathering.ts'
import { FirstProcessFailed } from './first-process-failed.ts'
import { BEAT_MS, HANG_MARGIN_MS, isDebugged } from './heartbeat.ts'
import { ModelChanges } from './model-changes.ts'
import { ownFigures } from './own-figures.ts'
import type { ChangeAnswer } from './process-messages.ts'
import { RestartDelay } from './restart-delay.ts'
import { type OpenRolloutLine, RolloutRelay } from './rollout-relay.ts'
import { type PortOptions, SharedPort } from './shared-port.ts'
import {
  type ProcessEnd,
  type ProcessObserver,
  type Program,
  SupervisedProcess,
} from './supervised-process.ts'
import type { SupervisorLog } from './supervisor-log.ts'
import { type WatchedModels, watchedModels } from './watched-models.ts'

export interface SupervisorOptions {
  /** Run as many times as there are processes. */
  readonly program: Program
  readonly processes: number
  readonly listen: PortOptions
  /** Where gRPC's connections come in, if anywhere. */
  readonly grpc?: PortOptions | undefined
  /** What requests under way are given on the way out. */
  readonly graceMs: number
  readonly requestTimeoutMs: number
  /** Where there are rollouts. */
  readonly rollouts?: OpenRolloutLine | undefined
  readonly log: SupervisorLog
}

/** A process that was asked to end and has not by then is killed. */
const KILL_MARGIN_MS = 3000
/** The same where somebody was told twice that it is to end. */
const KILL_AT_ONCE_MS = 500
const DEPARTURE_POLL_MS = 100
/** A signal to a process of the group comes to the supervisor too, a moment earlier or later. */
const SAME_SIGNAL_MS = 200

/** Keeps a number of server processes running behind one port. It serves nothing itself, so that nothing ends it. */
export class Supervisor implements ProcessObserver {
  readonly #options: SupervisorOptions
  readonly #dispatcher = new ConnectionDispatcher()
  readonly #gathering = new FigureGathering()
  readonly #changes = new ModelChanges<SupervisedProcess>()
  /** The models of all, for whoever watches over them. */
  readonly models: WatchedModels = watchedModels(this.#changes, () => this.#changes.lead())
  /** Those that live, leaving ones included. */
  readonly #processes = new Set<SupervisedProcess>()
  readonly #delays: readonly RestartDelay[]
  readonly #restarts = new Map<string, number>()
  readonly #rollouts: RolloutRelay<SupervisedProcess>
  readonly #pulse: NodeJS.Timeout
  #first: { ready(): void; failed(end: ProcessEnd): void } | undefined
  #port: SharedPort | undefined
  #grpcPort: SharedPort | undefined
  #allReady = false
  #stopping: Promise<void> | undefined
  /** `performance.now()` at which what is left is cut off. */
  #cutOffAt = Number.POSITIVE_INFINITY

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#delays = Array.from({ length: options.processes }, () => new RestartDelay())
    this.#rollouts = new RolloutRelay(options.rollouts)
    this.#pulse = setInterval(() => this.#watchPulse(), BEAT_MS)
    this.#changes.onOutdated = (process, error) => this.#giveUp(process, error)
  }

  /** Where connections come in; undefined before the port is open. */
  get port(): number | undefined {
    return this.#port?.port
  }

  /**
   * Resolves when the port is open and a first process serves; the others start then, with what the first has
   * downloaded and prepared. @throws FirstProcessFailed, or ServingError where the port cannot be had.
   */
  async start(): Promise<void> {
    const first = new Promise<void>((ready, fail) => {
      this.#first = { ready, failed: (end) => fail(new FirstProcessFailed(end)) }
    })
    const process = this.#startProcess(1)
    await first
    this.#first = undefined
    if (this.#stopping !== undefined) return
    const { listen, grpc, processes } = this.#options
    // Whoever follows the HTTP port takes it for the sign that all is served.
    if (grpc !== undefined) {
      this.#grpcPort = await SharedPort.open(grpc, (socket) => this.#dispatcher.take(socket, 'grpc'))
    }
    this.#port = await SharedPort.open(listen, (socket) => this.#dispatcher.take(socket))
    const ports = { port: this.#port.port, ...(this.#grpcPort && { grpcPort: this.#grpcPort.port }) }
    process.send({ type: 'listening', ...ports, startMs: performance.now(), processes })
    for (let number = 2; number <= processes; number += 1) this.#startProcess(number)
  }

  /**
   * Ends all processes in order: those who follow `/ready` are told, connections are accepted until nobody sends
   * any (not where `accepting` is false), what is under way is answered. A second call ends them at once.
   */
  stop({ accepting }: { accepting: boolean }): Promise<void> {
    if (this.#stopping === undefined) {
      this.#cutOffAt = performance.now() + this.#options.graceMs
      this.#stopping = this.#stop(accepting)
    } else {
      this.#cutOffAt = Math.min(this.#cutOffAt, performance.now() - KILL_MARGIN_MS + KILL_AT_ONCE_MS)
      for (const process of this.#processes) process.send({ type: 'finish', graceMs: 0 })
    }
    return this.#stopping
  }

  ready(process: SupervisedProcess, models: readonly NamedModels[]): void {
    if (this.#stopping !== undefined) return
    this.#changes.join(process, models).then(
      () => this.#admit(process),
      (error: unknown) => this.#giveUp(process, error),
    )
  }

  change(process: SupervisedProcess, id: number, change: ModelChange): void {
    void this.#changes.change(process, change).then((error) => {
      process.send({ type: 'changed', id, ...(error === undefined ? {} : { error: serializeError(error) }) })
    })
  }

  done(process: SupervisedProcess, id: number, answer: ChangeAnswer): void {
    this.#changes.answered(process, id, answer)
  }

  tuned(process: SupervisedProcess, tuned: TuningNews): void {
    this.#changes.tuning.told(process, tuned)
  }

  rollout(process: SupervisedProcess, message: unknown): void {
    this.#rollouts.take(process, message)
  }

  #admit(process: SupervisedProcess): void {
    if (this.#stopping !== undefined || !this.#processes.has(process)) return
    this.#dispatcher.add(process)
    this.#first?.ready()
    const serving = this.#serving()
    if (serving.length < this.#options.processes || this.#allReady) return
    this.#allReady = true
    const pids = serving.map(({ pid }) => pid)
    this.#options.log.info({ processes: serving.length, pids }, 'all processes serve')
  }

  accepted(process: SupervisedProcess, id: number, connections: number): void {
    this.#dispatcher.accepted(process, id, connections)
  }

  declined(process: SupervisedProcess, id: number): void {
    this.#dispatcher.declined(process, id)
  }

  counted(process: SupervisedProcess, connections: number): void {
    this.#dispatcher.counted(process, connections)
  }

  scrape(process: SupervisedProcess, id: number): void {
    void this.gather().then((figures) => process.send({ type: 'merged', id, figures }))
  }

  figures(_: SupervisedProcess, id: number, figures: readonly MetricFigures[]): void {
    this.#gathering.answered(id, figures)
  }

  leave(process: SupervisedProcess): void {
    void delay(SAME_SIGNAL_MS).then(() => {
      if (this.#stopping !== undefined || process.isLeaving) return
      this.#options.log.info({ process: process.number, pid: process.pid }, 'a process leaves')
      this.#dispatcher.retire(process)
      this.#changes.leave(process)
      this.#finish(process, this.#options.graceMs)
      this.#startProcess(process.number)
    })
  }

  ended(process: SupervisedProcess, end: ProcessEnd): void {
    this.#processes.delete(process)
    this.#dispatcher.remove(process)
    this.#gathering.retire(process)
    this.#changes.leave(process)
    this.#rollouts.leave(process)
    if (this.#stopping !== undefined || process.isLeaving) return
    if (this.#first !== undefined) this.#first.failed(end)
    else void this.#startAgain(process, end)
  }

  async #startAgain({ number, pid, wasHung }: SupervisedProcess, end: ProcessEnd): Promise<void> {
    const { code, signal, servedMs } = end
    const delayMs = this.#delays[number - 1]!.after(servedMs)
    const reason = wasHung ? 'hang' : (signal ?? 'exit')
    this.#restarts.set(reason, (this.#restarts.get(reason) ?? 0) + 1)
    const how = signal === null ? `with code ${code}` : `by ${signal}`
    this.#options.log.error(
      { process: number, pid, code: code ?? undefined, signal: signal ?? undefined, delayMs },
      `a process ended ${how}; it is started again ${delayMs === 0 ? 'at once' : `in ${delayMs / 1000} s`}`,
    )
    if (delayMs > 0) await delay(delayMs)
    if (this.#stopping === undefined) this.#startProcess(number)
  }

  #startProcess(number: number): SupervisedProcess {
    const process = new SupervisedProcess(number, this.#options.program, this)
    this.#processes.add(process)
    process.send({ type: 'models', ...this.#changes.give(process) })
    return process
  }

  /** It has not the models that the others have, so that it must not serve: another is started. */
  #giveUp(process: SupervisedProcess, error: unknown): void {
    if (!this.#processes.has(process)) return
    const { number, pid } = process
    const reason = messageOf(error)
    this.#options.log.error({ process: number, pid, reason }, 'a process cannot load what the others serve')
    process.kill('SIGKILL')
  }

  #serving(): SupervisedProcess[] {
    return [...this.#processes].filter(({ isReady, isLeaving }) => isReady && !isLeaving)
  }

  async gather(): Promise<(readonly MetricFigures[])[]> {
    const gathered = await this.#gathering.gather([...this.#processes].filter(({ isReady }) => isReady))
    const own = ownFigures({
      processes: [...this.#processes],
      restarts: this.#restarts,
      missed: this.#gathering.missed,
      connectionsOf: (process) => this.#dispatcher.connectionsOf(process),
    })
    return [own, ...gathered]
  }

  #watchPulse(): void {
    if (isDebugged()) return
    const hungAfterMs = this.#options.requestTimeoutMs + HANG_MARGIN_MS
    for (const process of this.#processes) {
      const silentMs = process.countSilence() * BEAT_MS
      if (silentMs < hungAfterMs) continue
      this.#options.log.error(
        { process: process.number, pid: process.pid, silentMs },
        'a process gave no sign of life, as in a native run that never returns; it is killed',
      )
      process.wasHung = true
      process.kill('SIGKILL')
    }
  }

  async #stop(accepting: boolean): Promise<void> {
    for (const process of this.#processes) {
      // Whoever is still loading has nobody to serve.
      if (process.isReady) process.send({ type: 'depart' })
      else this.#finish(process, 0)
    }
    if (accepting) await this.#untilQuiet()
    await Promise.all([this.#port?.close(), this.#grpcPort?.close()])
    for (const process of this.#processes) this.#finish(process, this.#leftMs())
    while (this.#processes.size > 0) {
      await delay(20)
      if (performance.now() < this.#cutOffAt + KILL_MARGIN_MS) continue
      for (const process of this.#processes) process.kill('SIGKILL')
    }
    this.#dispatcher.close()
    clearInterval(this.#pulse)
  }

  /** At most until what is under way needs the rest of the time. */
  async #untilQuiet(): Promise<void> {
    const { graceMs, requestTimeoutMs } = this.#options
    const end = performance.now() + acceptingMs(graceMs, requestTimeoutMs)
    while (performance.now() < Math.min(end, this.#cutOffAt) && this.#processes.size > 0) {
      await delay(DEPARTURE_POLL_MS)
      const serving = this.#serving()
      const reports = serving.flatMap(({ traffic }) => traffic ?? [])
      if (reports.length === serving.length && isQuiet(reports)) return
    }
  }

  #finish(process: SupervisedProcess, graceMs: number): void {
    process.isLeaving = true
    process.send({ type: 'finish', graceMs })
  }

  #leftMs(): number {
    return Math.max(0, this.#cutOffAt - performance.now())
  }
}
