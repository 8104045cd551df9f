import { performance } from 'node:perf_hooks'
import type { ServingError } from '../../core/errors.ts'
import type { BodyDialect, ScoredBody } from '../body-scorer.ts'
import type { DroppedBodies } from './dropped-bodies.ts'
import { PoolCall, type PoolCallInit, type RunTime, type Seat } from './pool-call.ts'
import type { BodyReply, RunMessage, RunReply } from './worker-messages.ts'

/** From this size on reading a body takes longer than handing it to another thread. */
export const LARGE_BODY_BYTES = 64 * 1024

export interface BodyCallInit extends PoolCallInit<ScoredBody> {
  /** In shared memory, so that it can be sent more than once and is not copied. */
  readonly body: Uint8Array
  readonly dialect: BodyDialect
  readonly dropped: DroppedBodies
}

/** A call with a whole request body, which is a run of its own. */
export class BodyCall extends PoolCall<ScoredBody> {
  readonly #body: Uint8Array
  readonly #dialect: BodyDialect
  readonly #dropped: DroppedBodies

  constructor({ body, dialect, dropped, ...init }: BodyCallInit) {
    // As any request whose worker died, which need not have been its fault.
    super({ ...init, retries: 1 })
    this.#body = body
    this.#dialect = dialect
    this.#dropped = dropped
  }

  override fail(error: ServingError): void {
    if (!this.settled && !this.isRunning) this.#dropped.count(error)
    super.fail(error)
  }

  override message({ slot }: Seat): RunMessage {
    return { kind: 'body', slot, body: this.#body, dialect: this.#dialect }
  }

  protected override succeedWith(reply: RunReply): RunTime | undefined {
    if (typeof reply === 'number' || reply.status !== 'scored') return undefined
    this.#fillTiming(reply)
    const { body, parseMs, computeMs, serialiseMs } = reply
    this.succeed(body)
    return { computeMs, totalMs: parseMs + computeMs + serialiseMs }
  }

  #fillTiming({ parseMs, computeMs, serialiseMs, rows }: BodyReply): void {
    const { timing } = this.options
    if (timing === undefined || this.settled) return
    timing.parse = parseMs
    timing.compute = computeMs
    timing.serialise = serialiseMs
    timing.rows = rows
    timing.batchRows = rows
    timing.queue = Math.max(0, performance.now() - this.queuedAt - parseMs - computeMs - serialiseMs)
  }
}
