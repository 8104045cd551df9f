import type { Logger } from 'pino'
import { isRefusal, ServingError } from '../core/errors.ts'
import type { Timing } from '../core/timing.ts'
import { SummaryLog } from './summary-log.ts'

const SLOW_REQUEST_MS = 1000
const MAX_REASON_LENGTH = 300

/** Requests that failed or were slow have so many lines in so long; a client can make thousands a second. */
const WARNINGS = 20
const WARNINGS_MS = 5_000

/** What the log and the metrics tell of a request, whichever transport it came by. */
export interface LoggedRequest {
  readonly id: string
  readonly traceparent: string | undefined
  readonly path: string
  /** What the path is a case of, where routes are counted. */
  readonly route?: string
  /** As HTTP has it; 0 before it is known. */
  readonly status: number
  /** Empty where no model was asked. */
  readonly modelName: string
  readonly modelVersion: string
  /** What went wrong. */
  readonly failure: unknown
  readonly timing: Timing | undefined
  /** Somebody loads or unloads a model, which takes what it takes. */
  readonly changesModels: boolean
  readonly request: { readonly method?: string | undefined }
}

/** The log line of each request, and one for many where each would be too much. */
export class RequestLog {
  readonly #logger: Logger
  readonly #usual: 'debug' | 'info'
  readonly #refused: SummaryLog
  readonly #more: SummaryLog
  #warnings = 0
  #countedFrom = Number.NEGATIVE_INFINITY

  constructor(logger: Logger, accessLog: boolean) {
    this.#logger = logger
    this.#usual = accessLog ? 'info' : 'debug'
    this.#refused = new SummaryLog(logger, 'requests refused')
    this.#more = new SummaryLog(logger, 'more requests failed, by status, or took longer than a second')
  }

  tell(exchange: LoggedRequest, totalMs: number): void {
    const { failure, modelName, modelVersion } = exchange
    if (isRefusal(failure)) this.#refused.count(modelName, String(failure.details['refused']))
    const level = this.#levelOf(exchange, totalMs)
    if (!this.#logger.isLevelEnabled(level)) return
    this.#logger[level](
      {
        requestId: exchange.id,
        traceparent: exchange.traceparent,
        method: exchange.request.method,
        path: exchange.path,
        status: exchange.status,
        model: modelName || undefined,
        modelVersion: modelVersion || undefined,
        totalMs: rounded(totalMs),
        timing: exchange.timing && roundedTiming(exchange.timing),
        ...failureFields(exchange),
      },
      sentenceOf(exchange),
    )
  }

  #levelOf(exchange: LoggedRequest, totalMs: number): 'debug' | 'info' | 'warn' | 'error' {
    const { status, failure, modelName } = exchange
    // The client was told that the log has it.
    if (status === 500) return 'error'
    if (exchange.changesModels) return status >= 400 ? 'warn' : 'info'
    const failed = status > 500
    if (failed ? isRefusal(failure) : totalMs <= SLOW_REQUEST_MS) return this.#usual
    if (this.#mayWarn()) return 'warn'
    this.#more.count(modelName, failed ? String(status) : 'slow')
    return this.#usual
  }

  #mayWarn(): boolean {
    const now = performance.now()
    if (now - this.#countedFrom >= WARNINGS_MS) {
      this.#countedFrom = now
      this.#warnings = 0
    }
    this.#warnings += 1
    return this.#warnings <= WARNINGS
  }
}

function sentenceOf({ status, changesModels }: LoggedRequest): string {
  if (changesModels) return status >= 400 ? 'models were not changed' : 'models were changed'
  return status >= 400 ? 'request failed' : 'request answered'
}

/**
 * The stack of a defect of ours. Of what has a name of its own the code and the first line of the message: where it
 * was noticed says nothing, and after the first line may come the body that was sent.
 */
function failureFields({ status, failure }: LoggedRequest): object {
  if (status === 500 || !(failure instanceof ServingError)) return { err: failure }
  const [reason = ''] = failure.message.split('\n', 1)
  return { code: failure.code, reason: reason.slice(0, MAX_REASON_LENGTH) }
}

function roundedTiming(timing: Timing): Timing {
  const { parse, queue, compute, serialise, rows, batchRows } = timing
  return {
    parse: rounded(parse),
    queue: rounded(queue),
    compute: rounded(compute),
    serialise: rounded(serialise),
    rows,
    batchRows,
  }
}

/** To microseconds. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
