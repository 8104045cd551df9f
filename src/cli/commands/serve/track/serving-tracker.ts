import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import { messageOf } from '../../../../core/errors.ts'
import type { AllFigures } from '../../../../core/metric-figures.ts'
import type { RunStatus } from '../../../../entities/run-info.ts'
import { siblingModule } from '../../../../runtime/pool/sibling-module.ts'
import type { ServeSettings } from '../../../config.ts'
import type { TrackData, TrackReply, TrackRequest } from './track-messages.ts'

/** How long the end of a server waits for its run to be ended. */
const MOST_END_MS = 1500

/**
 * Records what a server does as a run of MLflow, by a thread of its own. Figures are cumulated: where the thread is
 * still at the last ones, they wait for the next interval.
 */
export class ServingTracker {
  readonly #settings: ServeSettings
  readonly #figures: AllFigures
  readonly #logger: Logger
  readonly #thread: Worker
  readonly #timer: NodeJS.Timeout
  #isBusy = false
  #answered: PromiseWithResolvers<void> | undefined
  #hasFailed = false
  #ended: Promise<void> | undefined

  constructor(settings: ServeSettings, experiment: string, figures: AllFigures, logger: Logger) {
    this.#settings = settings
    this.#figures = figures
    this.#logger = logger
    const startedAt = Math.round(Date.now() - process.uptime() * 1000)
    this.#thread = this.#startThread({ settings, experiment, startedAt })
    this.#timer = setInterval(() => void this.#record(), this.#settings.trackIntervalMs).unref()
    void this.#record()
  }

  /** Ends the run, in a time that nobody notices. */
  end(status: RunStatus): Promise<void> {
    this.#ended ??= this.#end(status)
    return this.#ended
  }

  async #end(status: RunStatus): Promise<void> {
    clearInterval(this.#timer)
    const late = new Promise<void>((resolve) => setTimeout(resolve, MOST_END_MS))
    await Promise.race([late, this.#finish(status).catch(() => undefined)])
    await this.#thread.terminate()
  }

  async #finish(status: RunStatus): Promise<void> {
    await this.#answered?.promise
    await this.#ask({ kind: 'end', status, at: Date.now(), figures: await this.#figures.gather() })
  }

  async #record(): Promise<void> {
    if (this.#isBusy || this.#hasFailed || this.#ended !== undefined) return
    this.#isBusy = true
    try {
      const figures = await this.#figures.gather()
      await this.#ask({ kind: 'figures', at: Date.now(), figures })
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#isBusy = false
    }
  }

  #ask(request: TrackRequest): Promise<void> {
    if (this.#hasFailed) return Promise.resolve()
    this.#answered = Promise.withResolvers()
    this.#thread.postMessage(request)
    return this.#answered.promise
  }

  #startThread(data: TrackData): Worker {
    const thread = new Worker(new URL(siblingModule(import.meta.url, 'track-thread')), { workerData: data })
    thread.on('message', (reply: TrackReply) => {
      if (reply.kind === 'done') this.#answered?.resolve()
      else this.#logger[reply.level](reply.message)
    })
    thread.on('error', (error) => this.#fail(error))
    thread.unref()
    return thread
  }

  /** Serving goes on without. */
  #fail(error: unknown): void {
    if (!this.#hasFailed) this.#logger.warn(`What is served is not recorded: ${messageOf(error)}`)
    this.#hasFailed = true
    this.#answered?.resolve()
  }
}
