import { badRequest, type ServingError } from '../../../core/errors.ts'
import { serverTiming } from '../../server-timing.ts'
import type { CallListener, GrpcCall } from './grpc-call.ts'
import { type GrpcGate, patienceMs } from './grpc-gate.ts'
import type { UnaryMethod } from './grpc-method.ts'
import type { GrpcReply, GrpcRequest } from './grpc-request.ts'
import type { Trailers } from './grpc-trailers.ts'

export interface UnaryInit {
  readonly gate: GrpcGate
  readonly path: string
  /** From the first header to the end of the message. */
  readonly bodyTimeoutMs: number
  /** From the end of the message to the answer. */
  readonly requestTimeoutMs: number
}

/** A call of one message and one answer. */
export class UnaryCall implements CallListener, GrpcReply {
  readonly #call: GrpcCall
  readonly #method: UnaryMethod
  readonly #init: UnaryInit
  readonly #request: GrpcRequest
  #message: Buffer | undefined

  constructor(call: GrpcCall, method: UnaryMethod, init: UnaryInit) {
    this.#call = call
    this.#method = method
    this.#init = init
    this.#request = init.gate.open(init.path, call.headers, this)
    call.read(this)
    this.#begin()
  }

  message(message: Buffer): void {
    if (this.#message === undefined) this.#message = message
    else this.#request.fail(badRequest('The call has more than one message.'))
  }

  end(): void {
    const request = this.#request
    if (request.status !== 0) return
    if (this.#message === undefined) {
      request.fail(badRequest('The call has no message.'))
      return
    }
    request.limitTo(performance.now() + this.#init.requestTimeoutMs)
    this.#answer(this.#message)
  }

  gone(error: unknown): void {
    this.#request.leave(error)
  }

  answered(request: GrpcRequest, message: Buffer): void {
    this.#call.answer(message, trailersOf(request))
  }

  failed(request: GrpcRequest, error: ServingError): void {
    this.#call.finish(error, { 'x-request-id': request.id, ...rolledTrailers(request) })
  }

  #begin(): void {
    const request = this.#request
    const { headers } = this.#call
    try {
      if (this.#method.open === undefined) request.apiKey = this.#init.gate.apiKeyOf(headers)
      const patience = patienceMs(headers)
      request.limitTo(request.startedAt + this.#init.bodyTimeoutMs)
      if (patience < Number.POSITIVE_INFINITY) request.wantBy(request.startedAt + patience)
    } catch (error) {
      request.fail(error)
    }
  }

  #answer(message: Buffer): void {
    const request = this.#request
    try {
      const answering = this.#method.answer(request, message, this.#call)
      if (answering !== undefined) answering.catch((error: unknown) => request.fail(error))
    } catch (error) {
      request.fail(error)
    }
  }
}

function trailersOf(request: GrpcRequest): Trailers {
  const { id, timing, rolled } = request
  if (timing === undefined) return { 'x-request-id': id }
  const trailers = { 'x-request-id': id, 'server-timing': serverTiming(timing) }
  return rolled === undefined ? trailers : { ...trailers, ...rolledTrailers(request) }
}

/** What a rollout tells of its choice, as HTTP's headers do. */
function rolledTrailers({ rolled, status }: GrpcRequest): Trailers {
  const trailers: Record<string, string> = {}
  for (const [name, value] of rolled?.replyHeaders(status) ?? []) trailers[name] = value
  return trailers
}
