import type { Socket } from 'node:net'
import { unavailable } from '../core/errors.ts'
import type { MetricFigures } from '../core/metric-figures.ts'
import type { ModelChange, NamedModels, PreparedChange } from '../core/model-change.ts'
import type { TrafficReport } from '../core/traffic-report.ts'
import type { TuningNews } from '../core/tuning-news.ts'
import { BEAT_MS } from './heartbeat.ts'
import type { LinkChannel } from './link-channel.ts'
import { LinkedChanges } from './linked-changes.ts'
import { LinkedHistories } from './linked-histories.ts'
import { LinkedRollouts } from './linked-rollouts.ts'
import { LinkedTuning, type TuningFollower } from './linked-tuning.ts'
import { machineTime } from './machine-time.ts'
import { ProcessChannel } from './process-channel.ts'
import type { Order } from './process-messages.ts'
import type { Offer, Service } from './receiver.ts'

/** Where connections come in, from when on, and for how many processes. */
export interface Listening {
  readonly port: number
  readonly grpcPort?: number
  readonly startMs: number
  readonly processes: number
}

/** What a server does that a supervisor asks of it. */
export interface SupervisedServer {
  take(connection: Socket, service: Service): void
  /** How many it has open. */
  connections(): number
  figures(): Promise<readonly MetricFigures[]>
  /** The port is open. Told to the first process only. */
  listening(start: Listening): void
  /** What it serves now. */
  models(): readonly NamedModels[]
  /** Gets ready to make a change. @throws ServingError */
  prepare(change: ModelChange): Promise<PreparedChange>
  /** Stops loading what is being loaded under this name. */
  giveUp(name: string): Promise<void>
  /** Nobody new should come: `/ready` is 503. */
  depart(): void
  /** While departing. */
  traffic(): TrafficReport | undefined
  /** Answers what is under way and ends the process. May come a second time, with less time. */
  finish(graceMs: number): void
}

const DEPARTING_BEAT_MS = 100
const COUNT_AFTER_MS = 10
/** The supervisor itself waits one second for each process. */
const GATHER_MS = 2500

/** The side of a server, in a process or a thread, of the channel to whoever directs it together with others. */
export class SupervisorLink {
  /** The line to whoever keeps the rollouts for all. */
  readonly rollouts: LinkedRollouts
  readonly #channel: LinkChannel
  readonly #open = new Map<number, (figures: readonly (readonly MetricFigures[])[]) => void>()
  readonly #models = Promise.withResolvers<readonly NamedModels[] | undefined>()
  readonly #changes: LinkedChanges
  readonly #tuning = new LinkedTuning()
  /** What became of the models, in all processes. */
  readonly histories = new LinkedHistories()
  #isTunedElsewhere = false
  #server: SupervisedServer | undefined
  #beats: NodeJS.Timeout | undefined
  #counting: NodeJS.Timeout | undefined
  #lastId = 0

  constructor(channel: LinkChannel) {
    this.#channel = channel
    this.#changes = new LinkedChanges((report) => channel.post(report))
    this.rollouts = new LinkedRollouts((report) => channel.post(report))
    channel.onOrder((order, socket) => this.#take(order, socket))
    // Nobody would notice the end of a server that its supervisor does not know of.
    channel.onClose(() => this.#finish(undefined))
  }

  /** Undefined where this process has no supervisor. Its own children have none either. */
  static open(): SupervisorLink | undefined {
    const channel = ProcessChannel.open()
    return channel === undefined ? undefined : new SupervisorLink(channel)
  }

  /** Of this server, from 1 up. */
  get number(): number {
    return this.#channel.number
  }

  /** From now on connections come. */
  serve(server: SupervisedServer): void {
    this.#server = server
    this.#beat(BEAT_MS)
    this.#channel.post({ type: 'ready', models: server.models() })
  }

  /** Lets go of the channel, which would keep a server that cannot serve from ending. */
  close(): void {
    clearInterval(this.#beats)
    this.#channel.close()
  }

  /** Figures of all processes. @throws ServingError TEMPORARILY_UNAVAILABLE when the supervisor gives none. */
  gather(): Promise<readonly (readonly MetricFigures[])[]> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#open.delete(id)
        reject(unavailable('The supervisor gave no figures'))
      }, GATHER_MS)
      this.#open.set(id, (figures) => {
        clearTimeout(timer)
        this.#open.delete(id)
        resolve(figures)
      })
      this.#channel.post({ type: 'scrape', id })
    })
  }

  /** What to serve; undefined where that is what the command line says. */
  models(): Promise<readonly NamedModels[] | undefined> {
    return this.#models.promise
  }

  /** Another finds out how models are batched. To be asked once `models` has resolved. */
  get isTunedElsewhere(): boolean {
    return this.#isTunedElsewhere
  }

  /** From now on `follower` hears what others find out, and what they have found out before. */
  follow(follower: TuningFollower): void {
    this.#tuning.follow(follower)
  }

  /** Tells all others what was found out here. */
  tuned(tuned: TuningNews): void {
    this.#channel.post({ type: 'tuned', tuned })
  }

  /** Makes a change in all processes. @throws ServingError what one of them throws; then none has made it. */
  change(change: ModelChange): Promise<void> {
    return this.#changes.ask(change)
  }

  /** Asks to be replaced; the order to finish follows. */
  leave(): void {
    this.#channel.post({ type: 'leave' })
  }

  /** What was to be finished is. @param isStuck a thread is inside a native run, which only the end of the process ends. */
  ended(isStuck: boolean): void {
    clearInterval(this.#beats)
    this.#channel.post({ type: 'ended', isStuck })
  }

  /** Only a new process can help. */
  exhausted(reason: string): void {
    this.#channel.post({ type: 'exhausted', reason })
  }

  #take(order: Order, socket: Socket | undefined): void {
    switch (order.type) {
      case 'connection':
        this.#accept(socket, order)
        break
      case 'listening':
        this.#server?.listening(order)
        break
      case 'figures':
        void this.#giveFigures(order.id)
        break
      case 'merged':
        this.#open.get(order.id)?.(order.figures)
        break
      case 'models':
        this.#isTunedElsewhere = order.isTunedElsewhere
        this.histories.take(order)
        for (const tuned of order.tuned) this.#tuning.take({ type: 'tuned', tuned })
        this.#models.resolve(order.models)
        break
      case 'tuned':
      case 'forget-tuning':
      case 'tune':
        this.#tuning.take(order)
        break
      case 'rollout':
        this.rollouts.onMessage(order.message)
        break
      case 'noted':
        this.histories.take(order)
        break
      case 'prepare':
        void this.#changes.prepare(this.#server, order)
        break
      case 'commit':
        void this.#changes.commit(order.id)
        break
      case 'discard':
        this.#changes.discard(order.id)
        break
      case 'give-up':
        void this.#server?.giveUp(order.name)
        break
      case 'changed':
        this.#changes.changed(order)
        break
      case 'depart':
        this.#server?.depart()
        this.#beat(DEPARTING_BEAT_MS)
        break
      case 'finish':
        this.#finish(order.graceMs)
        break
    }
  }

  /** Answered before anything is read: what was accepted, the supervisor gives to nobody else. */
  #accept(socket: Socket | undefined, { id, until, service = 'http' }: Offer): void {
    if (until !== undefined && machineTime() > until) {
      // Closes this process's copy alone; the connection lives on.
      socket?.destroy()
      this.#channel.post({ type: 'declined', id })
      return
    }
    const arriving = socket === undefined ? 0 : 1
    this.#channel.post({ type: 'accepted', id, connections: (this.#server?.connections() ?? 0) + arriving })
    if (socket === undefined) return
    // As a server's own connections are (node:net, node:http): answers are not held back, and a client may
    // close its side once it has sent its request.
    socket.setNoDelay(true)
    socket.allowHalfOpen = service === 'http'
    socket.once('close', () => this.#countSoon())
    this.#server?.take(socket, service)
  }

  /** The supervisor gives connections to whoever has the fewest; ends are told in groups. */
  #countSoon(): void {
    this.#counting ??= setTimeout(() => {
      this.#counting = undefined
      this.#channel.post({ type: 'count', connections: this.#server?.connections() ?? 0 })
    }, COUNT_AFTER_MS).unref()
  }

  async #giveFigures(id: number): Promise<void> {
    // Without them this process is left out, and counted as such.
    const figures = await this.#server?.figures().catch(() => undefined)
    if (figures !== undefined) this.#channel.post({ type: 'figures', id, figures })
  }

  #finish(graceMs: number | undefined): void {
    if (this.#server === undefined) process.exit(0)
    this.#server.finish(graceMs ?? Number.POSITIVE_INFINITY)
  }

  #beat(everyMs: number): void {
    clearInterval(this.#beats)
    const beat = (): void => {
      const traffic = this.#server?.traffic()
      this.#channel.post({
        type: 'beat',
        connections: this.#server?.connections() ?? 0,
        residentBytes: process.memoryUsage.rss(),
        ...(traffic === undefined ? {} : { traffic }),
      })
    }
    beat()
    this.#beats = setInterval(beat, everyMs)
  }
}
