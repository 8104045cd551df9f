import type { Logger } from 'pino'
import { isRefusal, ServingError } from '../core/errors.ts'
import { DeadlineWatch } from '../runtime/pool/deadline-watch.ts'
import type { Exchange, ExchangeObserver } from './exchange.ts'
import type { ServerMetrics } from './metrics/server-metrics.ts'
import { RefusalLog } from './refusal-log.ts'

const SWEEP_MS = 100
const SLOW_REQUEST_MS = 1000
const MAX_REASON_LENGTH = 300

/**
 * The exchanges that are not answered yet: their deadlines, and, once for each as it ends, its metrics and its
 * log line. Deadlines are looked at ten times a second, which is cheaper than a timer for each request.
 */
export class ExchangeRegistry implements ExchangeObserver {
  /** Replies close their connections, so that no new request comes over them. */
  draining = false
  /** Requests since the start. */
  entered = 0
  readonly #open = new Set<Exchange>()
  readonly #metrics: ServerMetrics
  readonly #logger: Logger
  readonly #accessLog: boolean
  readonly #refusals: RefusalLog
  readonly #hurried = new DeadlineWatch<Exchange>((exchange) => exchange.expire())
  #sweeper: NodeJS.Timeout | undefined
  #emptied: (() => void) | undefined

  constructor(init: { metrics: ServerMetrics; logger: Logger; accessLog: boolean }) {
    this.#metrics = init.metrics
    this.#logger = init.logger
    this.#accessLog = init.accessLog
    this.#refusals = new RefusalLog(init.logger)
  }

  get size(): number {
    return this.#open.size
  }

  add(exchange: Exchange): void {
    this.entered += 1
    this.#open.add(exchange)
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref()
  }

  hurried(exchange: Exchange): void {
    this.#hurried.add(exchange)
  }

  settled(exchange: Exchange): void {
    if (!this.#open.delete(exchange)) return
    if (exchange.wantedBy < Number.POSITIVE_INFINITY) this.#hurried.delete(exchange)
    if (this.draining) this.#drained(exchange)
    const totalMs = performance.now() - exchange.startedAt
    this.#metrics.record(exchange, totalMs)
    if (exchange.failure !== undefined && isRefusal(exchange.failure)) {
      this.#refusals.count(exchange.modelName, String(exchange.failure.details['refused']))
    }
    this.#log(exchange, totalMs)
  }

  /** Resolves when every exchange is settled. */
  empty(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#emptied = resolve
    })
  }

  #drained(exchange: Exchange): void {
    if (!exchange.response.headersSent) exchange.response.shouldKeepAlive = false
    if (this.#open.size === 0) this.#emptied?.()
  }

  #sweep(): void {
    if (this.#open.size === 0) {
      clearInterval(this.#sweeper)
      this.#sweeper = undefined
    }
    const now = performance.now()
    for (const exchange of this.#open) if (exchange.deadline <= now) exchange.expire()
  }

  #log(exchange: Exchange, totalMs: number): void {
    const level = this.#levelOf(exchange, totalMs)
    if (!this.#logger.isLevelEnabled(level)) return
    this.#logger[level](
      {
        requestId: exchange.id,
        traceparent: exchange.traceparent,
        method: exchange.request.method,
        path: exchange.path,
        status: exchange.status,
        model: exchange.modelName || undefined,
        totalMs: Math.round(totalMs * 1000) / 1000,
        timing: exchange.timing,
        ...failureFields(exchange),
      },
      exchange.status >= 400 ? 'request failed' : 'request answered',
    )
  }

  #levelOf({ status, failure }: Exchange, totalMs: number): 'debug' | 'info' | 'warn' | 'error' {
    const usual = this.#accessLog ? 'info' : 'debug'
    if (status === 500) return 'error'
    if (status > 500) return isRefusal(failure) ? usual : 'warn'
    return totalMs > SLOW_REQUEST_MS ? 'warn' : usual
  }
}

/**
 * The stack of a failure on our side. Of a client's mistake the code and the first line of the message: what comes
 * after it may be the body that was sent.
 */
function failureFields({ status, failure }: Exchange): object {
  if (status >= 500 || !(failure instanceof ServingError)) return { err: failure }
  const [reason = ''] = failure.message.split('\n', 1)
  return { code: failure.code, reason: reason.slice(0, MAX_REASON_LENGTH) }
}
