import type { ServingError } from '../../core/errors.ts'
import { unavailable } from '../../core/errors.ts'
import type { GrpcInferRequest } from '../../protocols/open-inference/grpc/infer-request.ts'
import {
  encodeInferReply,
  type GrpcInferReply,
  type TextParameter,
} from '../../protocols/open-inference/grpc/infer-response.ts'
import { streamedError, streamedReply } from '../../protocols/open-inference/grpc/small-replies.ts'
import type { GrpcInference } from './grpc-inference.ts'
import type { CallListener, GrpcCall } from './transport/grpc-call.ts'
import { type GrpcGate, patienceMs } from './transport/grpc-gate.ts'
import type { GrpcReply, GrpcRequest } from './transport/grpc-request.ts'
import { PREFIX_BYTES } from './transport/message-reader.ts'

/** Requests of one stream that are worked on at the same time; the others wait with their client. */
const MOST_UNDER_WAY = 64

const OK = 200

/** The request parameter by which Triton's clients ask to be told which answer is the last. */
const WANTS_FINAL = 'triton_enable_empty_final_response'

export interface InferStreamInit {
  readonly gate: GrpcGate
  readonly inference: GrpcInference
  readonly path: string
  readonly requestTimeoutMs: number
  /** Called once, when it is over. */
  onGone(): void
}

/** A request of the stream and, once it is there, its answer. */
interface Slot {
  readonly bytes: number
  /** Of the request, by which its client knows what an error is about. */
  id: string
  wantsFinal: boolean
  answer: Buffer | undefined
}

/**
 * `ModelStreamInfer` as Triton's clients use it: each request has one answer, in the order of the requests; what one
 * of them lacks is told in its answer, and the stream goes on.
 */
export class InferStream implements CallListener, GrpcReply {
  readonly #call: GrpcCall
  readonly #init: InferStreamInit
  /** In the order in which they came; answered ones wait for those before them. */
  readonly #slots: Slot[] = []
  readonly #slotOf = new Map<GrpcRequest, Slot>()
  #apiKey: number | undefined
  #wantedBy = Number.POSITIVE_INFINITY
  #hasEnded = false
  #isSlow = false
  #isLeaving = false

  constructor(call: GrpcCall, init: InferStreamInit) {
    this.#call = call
    this.#init = init
    call.read(this)
    try {
      this.#apiKey = init.gate.apiKeyOf(call.headers)
      this.#wantedBy = performance.now() + patienceMs(call.headers)
      call.limitStalls()
    } catch (error) {
      // Counted and logged as one request, since there will be none.
      const request = init.gate.open(init.path, call.headers, {
        answered: () => {},
        failed: (_, e) => call.finish(e),
      })
      request.fail(error)
    }
  }

  message(message: Buffer): void {
    if (this.#call.isOver) return
    const { gate, path, requestTimeoutMs } = this.#init
    const request = gate.open(path, this.#call.headers, this)
    const slot: Slot = { bytes: message.length + PREFIX_BYTES, id: '', wantsFinal: false, answer: undefined }
    this.#slots.push(slot)
    this.#slotOf.set(request, slot)
    request.apiKey = this.#apiKey
    if (this.#wantedBy < Number.POSITIVE_INFINITY) request.wantBy(this.#wantedBy)
    request.limitTo(performance.now() + requestTimeoutMs)
    if (this.#slots.length >= MOST_UNDER_WAY) this.#call.pause()
    this.#answer(request, slot, message).catch((error: unknown) => request.fail(error))
  }

  end(): void {
    this.#hasEnded = true
    this.#finishWhenDone()
  }

  gone(error: unknown): void {
    for (const request of [...this.#slotOf.keys()]) request.leave(error)
    this.#slotOf.clear()
    this.#slots.length = 0
    this.#init.onGone()
  }

  /** The server stops: nothing more is read, and the stream ends with its last answer. */
  leave(): void {
    this.#call.pause()
    this.#hasEnded = true
    this.#isLeaving = true
    this.#finishWhenDone()
  }

  answered(request: GrpcRequest, message: Buffer): void {
    this.#fill(request, message)
  }

  failed(request: GrpcRequest, error: ServingError): void {
    const slot = this.#slotOf.get(request)
    if (slot === undefined) return
    const named = { modelName: request.modelName, modelVersion: request.modelVersion, id: slot.id }
    const reply = encodeInferReply({ ...named, outputs: [], raw: true, ...finalOf(slot) })
    this.#fill(request, streamedError(error.message, reply, PREFIX_BYTES))
  }

  async #answer(request: GrpcRequest, slot: Slot, message: Buffer): Promise<void> {
    await this.#init.inference.answer(request, message, {
      read: ({ given }: GrpcInferRequest) => {
        slot.id = given.id ?? ''
        slot.wantsFinal = given.parameters.get(WANTS_FINAL) === true
      },
      write: (reply: GrpcInferReply) =>
        streamedReply(
          encodeInferReply({ ...reply, ...finalOf(slot), ...rolledTexts(request) }),
          PREFIX_BYTES,
        ),
    })
  }

  #fill(request: GrpcRequest, answer: Buffer): void {
    const slot = this.#slotOf.get(request)
    if (slot === undefined) return
    this.#slotOf.delete(request)
    slot.answer = answer
    this.#flush()
  }

  #flush(): void {
    const wasFull = this.#slots.length >= MOST_UNDER_WAY
    while (this.#slots[0]?.answer !== undefined) {
      const { answer, bytes } = this.#slots.shift()!
      this.#call.letGo(bytes)
      if (!this.#call.send(answer!)) this.#waitForClient()
    }
    if (wasFull && this.#slots.length < MOST_UNDER_WAY) this.#goOn()
    this.#finishWhenDone()
  }

  /** A client that does not take its answers is given no more of them. */
  #waitForClient(): void {
    if (this.#isSlow) return
    this.#isSlow = true
    this.#call.pause()
    this.#call.onceDrained(() => {
      this.#isSlow = false
      this.#goOn()
    })
  }

  #goOn(): void {
    if (!this.#isSlow && !this.#isLeaving && this.#slots.length < MOST_UNDER_WAY) this.#call.resume()
  }

  #finishWhenDone(): void {
    if (!this.#hasEnded || this.#slots.length > 0) return
    this.#call.finish(this.#isLeaving ? unavailable('The server is shutting down') : undefined)
  }
}

/** What metadata tells of a single call, the answers of a stream have as parameters: a rollout's choice is another for each. */
function rolledTexts({ rolled }: GrpcRequest): { texts?: readonly TextParameter[] } {
  return rolled === undefined ? {} : { texts: rolled.replyHeaders(OK) }
}

function finalOf({ wantsFinal }: Slot): { final?: boolean } {
  return wantsFinal ? { final: true } : {}
}
