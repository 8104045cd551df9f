import { deadlineExceeded, ServingError } from '../core/errors.ts'
import type { Timing } from '../core/timing.ts'
import type { ServedModel } from '../runtime/served-model.ts'
import { Cancellation } from './cancellation.ts'
import { HTTP_STATUS } from './http-status.ts'
import { mlflowErrorBody } from './mlflow-error-body.ts'
import type { OpenRequest } from './open-request.ts'
import type { ReadyReply, ReplyBurst } from './reply-burst.ts'
import type { ChannelWatcher, ReplyChannel } from './reply-channel.ts'
import type { RequestHead } from './request-head.ts'
import { isPlainId } from './request-id.ts'
import type { RolledRequest } from './rollouts/rolled-request.ts'
import { toldError } from './told-error.ts'

/** Whoever is told, once for each exchange, that it is over. */
export interface ExchangeObserver {
  settled(exchange: OpenRequest): void
  /** The exchange has a deadline of its own, which is to be kept to the millisecond. */
  hurried(exchange: OpenRequest): void
}

export interface ExchangeInit {
  readonly request: RequestHead
  readonly channel: ReplyChannel
  /** All of its body, as it was sent, where that is there already. */
  readonly body: Buffer | undefined
  /** `performance.now()` when its head was there. */
  readonly startedAt: number
  readonly id: string
  readonly traceparent: string | undefined
  readonly observer: ExchangeObserver
  readonly replies: ReplyBurst
}

/** What an exchange needs of the model that it is for. */
export type AddressedModel = Pick<ServedModel, 'name' | 'version'> & {
  readonly admission: Pick<ServedModel['admission'], 'hold' | 'release'>
}

/** nginx's number for a client that left before its answer, also MLflow's for CANCELLED. */
const CLIENT_CLOSED_REQUEST = 499

/**
 * One request and its one answer, whichever path through the server it takes. Written for the hot path: plain
 * fields, headers as a flat list, nothing created before it is needed.
 */
export class Exchange implements OpenRequest, ReadyReply, ChannelWatcher {
  readonly request: RequestHead
  readonly channel: ReplyChannel
  /** All of its body, as it was sent; undefined where that is still to come. */
  readonly body: Buffer | undefined
  id: string
  readonly traceparent: string | undefined
  readonly startedAt: number
  place = -1
  /** Aborted when the client leaves or the deadline passes. */
  readonly signal = new Cancellation()
  /** Names and values in turn, for every answer. */
  readonly headers: string[]
  /** What the path is a case of, where routes are counted; empty where it is none. */
  route = ''
  /** The model that was asked, for metrics and logs. */
  modelName = ''
  modelVersion = ''
  /** Present once the request has been read. */
  timing: Timing | undefined
  changesModels = false
  /** Where the request goes through a rollout. */
  rolled: RolledRequest | undefined
  /** `performance.now()` past which the server answers without waiting any longer. */
  deadline = Number.POSITIVE_INFINITY
  /** `performance.now()` past which its client does not want the answer; Infinity where it did not say. */
  wantedBy = Number.POSITIVE_INFINITY
  /** Which of several API keys was shown. */
  apiKey: number | undefined
  /** All of its body is there, from `performance.now()` on; 0 before. */
  receivedAt = 0
  /** Bytes of its body that are counted as held. */
  heldBytes = 0
  /** The body is still to come: past the deadline it is the client that was slow. */
  receiving = false
  /** The dialect of this route's errors. */
  errorBody: (error: ServingError) => string = mlflowErrorBody
  /** The answer's status; 0 before it is known. */
  status = 0
  /** What went wrong, for the log. */
  failure: unknown
  readonly #observer: ExchangeObserver
  readonly #replies: ReplyBurst
  #reply: string | Uint8Array = ''
  #replyBytes = 0
  #held: AddressedModel['admission'] | undefined

  constructor(init: ExchangeInit) {
    this.request = init.request
    this.channel = init.channel
    this.body = init.body
    this.startedAt = init.startedAt
    this.id = init.id
    this.traceparent = init.traceparent
    this.#observer = init.observer
    this.#replies = init.replies
    this.headers = ['x-request-id', init.id]
    if (init.traceparent !== undefined) this.headers.push('traceparent', init.traceparent)
    init.channel.watch(this)
  }

  /** The request is for this model, and no more for another one: it is not ended before the exchange is over. */
  address(model: AddressedModel): void {
    if (this.status !== 0) return
    this.#held?.release()
    this.modelName = model.name
    this.modelVersion = model.version
    this.#held = model.admission
    model.admission.hold()
  }

  /** The client has named its request in the body; what a header says is the name for all systems on the way. */
  nameAfter(id: string): void {
    if (this.request.headers['x-request-id'] !== undefined || !isPlainId(id)) return
    // By the id that it had a variant was chosen.
    if (this.rolled?.isById === true) return
    this.id = id
    this.headers[this.headers.indexOf('x-request-id') + 1] = id
  }

  /** The client does not want the answer later than this. */
  wantBy(time: number): void {
    this.wantedBy = time
    this.limitTo(this.deadline)
    this.#observer.hurried(this)
  }

  /** Sets the server's own deadline; the client's holds where it is earlier. */
  limitTo(deadline: number): void {
    this.deadline = Math.min(deadline, this.wantedBy)
  }

  /** Path of the request, without the query. */
  get path(): string {
    const url = this.request.url ?? '/'
    const query = url.indexOf('?')
    return query < 0 ? url : url.slice(0, query)
  }

  /**
   * Answers, unless that has been done (by the deadline, or the client has left): at the end of this turn of
   * the event loop, together with whatever else is ready by then.
   */
  send(status: number, contentType: string, body: string | Uint8Array): void {
    if (this.status !== 0) return
    this.#tellVariant(status)
    this.#replyBytes = Buffer.byteLength(body)
    this.headers.push('content-type', contentType, 'content-length', String(this.#replyBytes))
    this.#reply = body
    this.settle(status)
    this.#replies.add(this)
  }

  /** Answers without a body. */
  sendEmpty(status: number): void {
    if (this.status !== 0) return
    this.headers.push('content-length', '0')
    this.settle(status)
    this.write()
  }

  /** Writes the answer that is ready. Called once, by the burst that it is part of. */
  write(): void {
    this.channel.write(this.status, this.headers, this.#reply, this.#replyBytes)
  }

  /** Answers with what was thrown, in the route's dialect. A defect of ours is logged, not told. */
  fail(thrown: unknown): void {
    if (this.status !== 0) return
    const error = this.#failed(thrown)
    const status = HTTP_STATUS[error.code]
    if (status === 429 || status === 503) this.headers.push('retry-after', retryAfter(error))
    this.send(status, 'application/json', this.errorBody(error))
  }

  /** Answers with a status that HTTP has and the error codes have not. */
  refuse(status: number, error: ServingError): void {
    if (this.status !== 0) return
    this.failure = error
    this.send(status, 'application/json', this.errorBody(error))
  }

  /** Refuses a request whose body is not wanted and still comes. */
  refuseBody(status: number, error: ServingError): void {
    if (this.status !== 0) return
    this.failure = error
    this.#tellVariant(status)
    const body = this.errorBody(error)
    if (error.retryAfterSeconds !== undefined)
      this.headers.push('retry-after', String(error.retryAfterSeconds))
    this.headers.push('connection', 'close', 'content-type', 'application/json')
    this.headers.push('content-length', String(Buffer.byteLength(body)))
    this.settle(status)
    this.channel.refuse(status, this.headers, body)
  }

  /** The deadline has passed. */
  expire(): void {
    if (this.receiving) {
      this.headers.push('connection', 'close')
      this.refuse(408, new ServingError('BAD_REQUEST', 'The request body did not arrive in time.'))
    } else {
      this.fail(deadlineExceeded('The request was not answered within its time limit.'))
    }
    this.signal.abort()
  }

  get isFollowed(): boolean {
    return this.channel.isFollowed
  }

  endConnection(): void {
    this.channel.endConnection()
  }

  /** Marks the exchange as over: an answer is on its way, or there is nobody to answer. */
  settle(status: number): void {
    if (this.status !== 0) return
    this.status = status
    this.#held?.release()
    this.rolled?.settled(this)
    this.#observer.settled(this)
  }

  closed(status: number | undefined): void {
    if (this.status !== 0) return
    this.settle(status ?? CLIENT_CLOSED_REQUEST)
    if (status === undefined) this.signal.abort()
  }

  #tellVariant(status: number): void {
    if (this.rolled === undefined) return
    for (const [name, value] of this.rolled.replyHeaders(status)) this.headers.push(name, value)
  }

  #failed(thrown: unknown): ServingError {
    this.failure = thrown
    return toldError(thrown, this.id)
  }
}

/** Whole seconds (RFC 9110, section 10.2.3). */
function retryAfter({ retryAfterSeconds = 1 }: ServingError): string {
  return String(Math.ceil(retryAfterSeconds))
}
