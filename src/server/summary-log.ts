import type { Logger } from 'pino'

const SUMMARY_MS = 5_000

/** Tells of requests together: a line for each would cost more than the requests, just when time is short. */
export class SummaryLog {
  readonly #logger: Logger
  readonly #message: string
  /** By model and reason. */
  readonly #counts = new Map<string, Map<string, number>>()
  #timer: NodeJS.Timeout | undefined

  constructor(logger: Logger, message: string) {
    this.#logger = logger
    this.#message = message
  }

  count(model: string, reason: string): void {
    const ofModel = this.#counts.get(model) ?? new Map<string, number>()
    this.#counts.set(model, ofModel)
    ofModel.set(reason, (ofModel.get(reason) ?? 0) + 1)
    this.#timer ??= setTimeout(() => this.#tell(), SUMMARY_MS).unref()
  }

  #tell(): void {
    this.#timer = undefined
    for (const [model, counts] of this.#counts) {
      this.#logger.warn({ model: model || undefined, ...Object.fromEntries(counts) }, this.#message)
    }
    this.#counts.clear()
  }
}
