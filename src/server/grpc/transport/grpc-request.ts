import type { IncomingHttpHeaders } from 'node:http2'
import { deadlineExceeded, ServingError } from '../../../core/errors.ts'
import type { Timing } from '../../../core/timing.ts'
import { Cancellation } from '../../cancellation.ts'
import type { ExchangeObserver } from '../../exchange.ts'
import { HTTP_STATUS } from '../../http-status.ts'
import type { OpenRequest } from '../../open-request.ts'
import { isPlainId } from '../../request-id.ts'
import type { RolledRequest } from '../../rollouts/rolled-request.ts'
import { toldError } from '../../told-error.ts'

/** What the metrics and the log name a request by whose client has left. */
const CLIENT_LEFT = 499
const OK = 200
const TOO_LARGE = 413

/** Where the one answer of a request goes. */
export interface GrpcReply {
  answered(request: GrpcRequest, message: Buffer): void
  failed(request: GrpcRequest, error: ServingError): void
}

export interface GrpcRequestInit {
  readonly id: string
  /** It was given by a header, so that the id in a message does not count. */
  readonly idIsGiven: boolean
  readonly traceparent: string | undefined
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly observer: ExchangeObserver
  readonly reply: GrpcReply
}

/** What a model counts its requests with, those on their way to it included. */
interface AddressedModel {
  readonly name: string
  readonly version: string
  readonly admission: { hold(): void; release(): void }
}

/** One message that is to be answered by one: a call, or a part of a call with a stream of them. */
export class GrpcRequest implements OpenRequest {
  /** As HTTP has it. */
  readonly request: { readonly method: 'POST'; readonly headers: IncomingHttpHeaders }
  readonly startedAt = performance.now()
  place = -1
  readonly signal = new Cancellation()
  readonly traceparent: string | undefined
  readonly path: string
  /** Which of several API keys was shown. */
  apiKey: number | undefined
  id: string
  modelName = ''
  modelVersion = ''
  timing: Timing | undefined
  changesModels = false
  /** Where the request goes through a rollout. */
  rolled: RolledRequest | undefined
  /** All of its message is there, from `performance.now()` on; 0 before. */
  receivedAt = 0
  deadline = Number.POSITIVE_INFINITY
  wantedBy = Number.POSITIVE_INFINITY
  status = 0
  failure: unknown
  readonly #observer: ExchangeObserver
  readonly #reply: GrpcReply
  readonly #idIsGiven: boolean
  #held: AddressedModel['admission'] | undefined

  constructor(init: GrpcRequestInit) {
    this.id = init.id
    this.request = { method: 'POST', headers: init.headers }
    this.#idIsGiven = init.idIsGiven
    this.traceparent = init.traceparent
    this.path = init.path
    this.#observer = init.observer
    this.#reply = init.reply
  }

  /** The request is for this model, and no more for another one: it is not ended before the request is over. */
  address(model: AddressedModel): void {
    if (this.status !== 0) return
    this.#held?.release()
    this.modelName = model.name
    this.modelVersion = model.version
    this.#held = model.admission
    model.admission.hold()
  }

  /** The client has named its request in the message. */
  nameAfter(id: string): void {
    if (!this.#idIsGiven && isPlainId(id)) this.id = id
  }

  /** The client does not want the answer later than this. */
  wantBy(time: number): void {
    if (time >= this.wantedBy) return
    this.wantedBy = time
    this.limitTo(this.deadline)
    this.#observer.hurried(this)
  }

  /** Sets the server's own deadline; the client's holds where it is earlier. */
  limitTo(deadline: number): void {
    this.deadline = Math.min(deadline, this.wantedBy)
  }

  /** @param message with room for its prefix in front. */
  answer(message: Buffer): void {
    if (this.status !== 0) return
    this.#settle(OK)
    this.#reply.answered(this, message)
  }

  /** Answers with what was thrown. A defect of ours is logged, not told. */
  fail(thrown: unknown): void {
    if (this.status !== 0) return
    const error = this.#failed(thrown)
    this.#settle(HTTP_STATUS[error.code])
    this.#reply.failed(this, error)
  }

  expire(): void {
    this.fail(deadlineExceeded('The request was not answered within its time limit.'))
    this.signal.abort()
  }

  /** There is nobody to answer: the client has left, or its call was refused. */
  leave(error: unknown): void {
    if (this.status !== 0) return
    this.failure = error
    this.#settle(error instanceof ServingError ? statusOf(error) : CLIENT_LEFT)
    this.signal.abort()
  }

  /** Calls share their connection. */
  get isFollowed(): boolean {
    return true
  }

  /** The connection ends as a whole, when all of its calls are over. */
  endConnection(): void {}

  #settle(status: number): void {
    this.status = status
    this.#held?.release()
    this.rolled?.settled(this)
    this.#observer.settled(this)
  }

  #failed(thrown: unknown): ServingError {
    this.failure = thrown
    return toldError(thrown, this.id)
  }
}

/** A message that is too large has a code that HTTP has another status for. */
function statusOf({ code }: ServingError): number {
  return code === 'RESOURCE_EXHAUSTED' ? TOO_LARGE : HTTP_STATUS[code]
}
