import { internalError, messageOf, resourceExhausted, ServingError } from '../../core/errors.ts'
import type { MetricClient, MetricOptions } from '../api/metric-client.ts'
import { type Texts, tagsOf } from '../api/tags.ts'
import { asLogBatch, type LogEntry, MOST_ENTRIES, takeBatch } from './log-entry.ts'
import { FailureList, type LogFailure } from './log-failure.ts'
import { forgetSent, rememberUnsent } from './unsent-queues.ts'

export interface LogQueueOptions {
  /** Entries from which on whoever awaits what it logs is held up. Default 10 000. */
  readonly maxQueued?: number | undefined
  /** Entries that are kept for callers that do not await; what comes beyond them is a failure. Default 1 000 000. */
  readonly mostQueued?: number | undefined
  /** How long entries are gathered before they are sent, where they do not fill a call. Default 100. */
  readonly gatherMs?: number | undefined
  /** Told of all that could not be logged, which `flush` throws otherwise. */
  readonly onFailure?: ((failure: LogFailure) => void) | undefined
}

type Run = Pick<MetricClient, 'logBatch' | 'getRun'>

/**
 * Logs to a run in the background: what is logged is queued and sent in as few calls as there can be, in its order.
 * A call that fails for the moment is sent again as the client's settings say; one that the server refuses is cut
 * in halves until only what it refuses is left out. A process does not end by itself before all is sent.
 */
export class LogQueue {
  readonly runId: string
  readonly #run: Run
  readonly #options: LogQueueOptions
  readonly #busy: Set<LogQueue>
  readonly #entries: LogEntry[] = []
  readonly #failures = new FailureList()
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  /** Entries that came so far, that are done, and up to which all is sent without waiting for more. */
  #came = 0
  #done = 0
  #wanted = 0
  #room: PromiseWithResolvers<void> | undefined
  #hasWarned = false

  /** @param busy holds the queue while there is something to send or to tell. */
  constructor(run: Run, runId: string, options: LogQueueOptions = {}, busy = new Set<LogQueue>()) {
    this.#busy = busy
    this.#run = run
    this.runId = runId
    this.#options = options
  }

  /** How many entries are not sent yet. */
  get queued(): number {
    return this.#came - this.#done
  }

  /** @returns when there is room for more: await it in a loop that logs faster than a server takes */
  logMetric(key: string, value: number, options: MetricOptions = {}): Promise<void> {
    const timestamp = options.timestamp ?? Date.now()
    return this.#add({ kind: 'metric', metric: { ...options, timestamp, key, value } })
  }

  logMetrics(metrics: Readonly<Record<string, number>>, options: MetricOptions = {}): Promise<void> {
    const timestamp = options.timestamp ?? Date.now()
    for (const [key, value] of Object.entries(metrics)) {
      void this.logMetric(key, value, { ...options, timestamp })
    }
    return this.#whenRoom()
  }

  logParam(key: string, value: Texts[string]): Promise<void> {
    return this.#add({ kind: 'param', param: { key, value: String(value) } })
  }

  logParams(params: Texts): Promise<void> {
    for (const param of tagsOf(params)) void this.#add({ kind: 'param', param })
    return this.#whenRoom()
  }

  setTag(key: string, value: Texts[string]): Promise<void> {
    return this.#add({ kind: 'tag', tag: { key, value: String(value) } })
  }

  setTags(tags: Texts): Promise<void> {
    for (const tag of tagsOf(tags)) void this.#add({ kind: 'tag', tag })
    return this.#whenRoom()
  }

  /**
   * Sends all that was logged before. @throws LogFailuresError where some of it could not be logged, now or since
   * the last flush, and no `onFailure` was told
   */
  async flush(): Promise<void> {
    const until = this.#came
    this.#wanted = Math.max(this.#wanted, until)
    while (this.#done < until) {
      this.#send()
      await this.#sending
    }
    const error = this.#failures.take()
    if (this.queued === 0) this.#busy.delete(this)
    if (error !== undefined) throw error
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush()
  }

  #add(entry: LogEntry): Promise<void> {
    const { mostQueued = 1_000_000 } = this.#options
    if (this.queued >= mostQueued) {
      this.#report(
        [entry],
        resourceExhausted(`${mostQueued} entries wait to be logged to run ${this.runId} already`),
      )
      return this.#whenRoom()
    }
    if (this.queued === 0) rememberUnsent(this)
    this.#busy.add(this)
    this.#entries.push(entry)
    this.#came += 1
    if (this.#entries.length >= MOST_ENTRIES) this.#send()
    else this.#sendSoon()
    return this.#whenRoom()
  }

  #whenRoom(): Promise<void> {
    const { maxQueued = 10_000 } = this.#options
    if (this.queued < maxQueued) return Promise.resolve()
    this.#room ??= Promise.withResolvers()
    return this.#room.promise
  }

  #sendSoon(): void {
    if (this.#timer !== undefined || this.#sending !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#wanted = this.#came
      this.#send()
    }, this.#options.gatherMs ?? 100)
  }

  #send(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
      if (this.#entries.length > 0) this.#sendSoon()
    })
  }

  /** Full calls, and all that is wanted at once. */
  async #sendAll(): Promise<void> {
    while (this.#entries.length >= MOST_ENTRIES || this.#done < this.#wanted) {
      const batch = takeBatch(this.#entries)
      await this.#sendBatch(batch)
      this.#done += batch.length
      if (this.queued === 0) this.#rest()
      this.#giveRoom()
    }
  }

  #rest(): void {
    forgetSent(this)
    if (this.#failures.isEmpty) this.#busy.delete(this)
  }

  #giveRoom(): void {
    const { maxQueued = 10_000 } = this.#options
    if (this.#room === undefined || this.queued >= maxQueued) return
    this.#room.resolve()
    this.#room = undefined
  }

  async #sendBatch(entries: readonly LogEntry[]): Promise<void> {
    try {
      await this.#run.logBatch(this.runId, asLogBatch(entries))
    } catch (thrown) {
      const error = asServingError(thrown)
      if (entries.length > 1 && (await this.#isAboutEntries(error))) await this.#sendHalves(entries)
      else this.#report(entries, error)
    }
  }

  /** The good ones are not lost with the bad. */
  async #sendHalves(entries: readonly LogEntry[]): Promise<void> {
    const middle = entries.length >> 1
    for (const half of [entries.slice(0, middle), entries.slice(middle)]) {
      try {
        await this.#run.logBatch(this.runId, asLogBatch(half))
      } catch (thrown) {
        const error = asServingError(thrown)
        if (half.length > 1 && isRefusal(error)) await this.#sendHalves(half)
        else this.#report(half, error)
      }
    }
  }

  /** A run that takes nothing any more refuses each of them. */
  async #isAboutEntries(error: ServingError): Promise<boolean> {
    if (!isRefusal(error)) return false
    try {
      return (await this.#run.getRun(this.runId)).info.lifecycleStage === 'active'
    } catch {
      return false
    }
  }

  #report(entries: readonly LogEntry[], error: ServingError): void {
    const failure = { runId: this.runId, error, ...asLogBatch(entries) }
    const { onFailure } = this.#options
    if (onFailure !== undefined) {
      tellFailure(onFailure, failure)
      return
    }
    this.#failures.add(failure)
    if (this.#hasWarned) return
    this.#hasWarned = true
    process.emitWarning(`Not all that is logged to run ${this.runId} can be: ${error.message}`)
  }
}

function isRefusal(error: ServingError): boolean {
  return error.code === 'INVALID_PARAMETER_VALUE' || error.code === 'BAD_REQUEST'
}

function asServingError(thrown: unknown): ServingError {
  return thrown instanceof ServingError ? thrown : internalError(messageOf(thrown), thrown)
}

/** What whoever is told throws ends neither the queue nor, from a timer, the process. */
function tellFailure(onFailure: (failure: LogFailure) => void, failure: LogFailure): void {
  try {
    onFailure(failure)
  } catch (error) {
    process.emitWarning(`onFailure threw: ${messageOf(error)}`)
  }
}
