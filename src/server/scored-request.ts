import { performance } from 'node:perf_hooks'
import { overloaded } from '../core/errors.ts'
import type { InferenceRequest } from '../core/inference.ts'
import type { TensorMap } from '../core/tensor.ts'
import { newTiming, type Timing } from '../core/timing.ts'
import type { BodyScorer } from '../runtime/body-scorer.ts'
import type { InferenceCaller } from '../runtime/data-plane.ts'
import type { ServedModel } from '../runtime/served-model.ts'
import type { BodyCodec, DecodedBody } from './body-codec.ts'
import type { Exchange } from './exchange.ts'
import { fittedInputs, refitted } from './rollouts/fitted-inputs.ts'
import type { RolledRequest } from './rollouts/rolled-request.ts'
import { type RequestSource, TOO_LARGE_AGAIN } from './rollouts/side-run.ts'
import type { ScoringDialect } from './scoring-dialect.ts'
import type { InferencePlane } from './server-options.ts'
import { serverTiming } from './server-timing.ts'

const MICROSECONDS = 1000

/** In a smaller body what is around the rows weighs too much to tell how many a large one holds. */
const TELLING_BODY_BYTES = 4 * 1024

/** A larger text is not read again for other models than the one that answers it: nobody waits for those, but others for this thread. */
const LARGEST_TEXT_AGAIN = 256 * 1024

/** What all requests to models share. */
export interface RequestSurroundings {
  readonly dataPlane: InferencePlane
  readonly requestTimeoutMs: number
  /** Forgets the body of an exchange that is over. */
  release(exchange: Exchange): void
}

export interface ScoredRequestInit<Kind, Form, Reply> {
  readonly surroundings: RequestSurroundings
  readonly dialect: ScoringDialect<Kind, Form, Reply>
  readonly exchange: Exchange
  readonly model: ServedModel
  readonly kind: Kind
}

/**
 * One request to a model, from its body to its reply. Where the body is there and its codec compiled there is no promise
 * on the way: it is decoded and submitted within the call of `received`, and encoded within that of `inferred`.
 */
export class ScoredRequest<Kind, Form, Reply> implements InferenceCaller, RequestSource {
  readonly #init: ScoredRequestInit<Kind, Form, Reply>
  #model: ServedModel
  /** Kept for other models of a rollout. */
  #body: Buffer | undefined
  #codec: BodyCodec<Kind, Form, Reply> | undefined
  #form: Form | undefined
  /** Bytes of a body whose rows tell how many others are likely to hold; 0 where they tell nothing. */
  #tellingBytes = 0

  constructor(init: ScoredRequestInit<Kind, Form, Reply>) {
    this.#init = init
    this.#model = init.model
  }

  /** The body is there: from now on it is the server that takes time. Never throws. */
  received(body: Buffer): void {
    const { exchange, surroundings } = this.#init
    exchange.receivedAt = performance.now()
    exchange.limitTo(exchange.receivedAt + surroundings.requestTimeoutMs)
    try {
      this.#begin(body)
    } catch (error) {
      this.failed(error)
    }
  }

  /** Nothing is left to do: it has been answered, or its client has left. */
  dropped(): void {
    this.#init.surroundings.release(this.#init.exchange)
  }

  inferred(outputs: TensorMap, timing: Timing): void {
    const { exchange, dialect, surroundings } = this.#init
    if (this.#tellingBytes > 0) this.#model.admission.learnRows(this.#tellingBytes, timing.rows)
    try {
      const inferredAt = performance.now()
      const reply = this.#codec!.encode(outputs, this.#form!)
      timing.serialise = performance.now() - inferredAt
      if (exchange.rolled !== undefined) exchange.rolled.outputs = outputs
      exchange.headers.push('server-timing', serverTiming(timing))
      dialect.send(exchange, reply)
    } catch (error) {
      exchange.fail(error)
    }
    surroundings.release(exchange)
  }

  failed(error: unknown): void {
    const { exchange, surroundings } = this.#init
    exchange.fail(error)
    surroundings.release(exchange)
  }

  /** What is kept for other models of a rollout. */
  get bytes(): number {
    return this.#body?.length ?? 0
  }

  /** As another model of a rollout takes it. */
  requestFor(model: ServedModel): InferenceRequest | Promise<InferenceRequest> {
    const request = this.#init.exchange.rolled?.request
    if (request === undefined) return this.#readFor(model)
    return refitted(request, this.#model, model) ?? this.#readFor(model)
  }

  #begin(body: Buffer): void {
    const { dialect, exchange, kind } = this.#init
    const model = this.#model
    const textBytes = dialect.textBytes(body, kind)
    if (textBytes === body.length && textBytes >= TELLING_BODY_BYTES) this.#tellingBytes = textBytes
    exchange.timing = newTiming()
    const { rolled } = exchange
    if (rolled !== undefined) this.#body = body
    const { bodies } = model
    // A key in the body has to be read here.
    if (bodies !== undefined && textBytes >= bodies.fromBytes && rolled?.isChosen !== false) {
      this.#score(bodies, body)
      return
    }
    const codec = dialect.codec(model)
    if (codec instanceof Promise) this.#goOn(codec, (compiled) => this.#decode(compiled, body))
    else this.#decode(codec, body)
  }

  #decode(codec: BodyCodec<Kind, Form, Reply>, body: Buffer): void {
    this.#codec = codec
    const decoding = codec.decode(body, this.#init.kind)
    if (decoding instanceof Promise) this.#goOn(decoding, (decoded) => this.#infer(decoded))
    else this.#infer(decoding)
  }

  #infer(decoded: DecodedBody<Form>): void {
    const { exchange } = this.#init
    exchange.timing!.parse = performance.now() - exchange.receivedAt
    heed(exchange, decoded)
    this.#form = decoded.form
    if (exchange.rolled === undefined) this.#submit(decoded.request)
    else this.#roll(exchange.rolled, decoded.request)
  }

  #submit(request: InferenceRequest): void {
    const { exchange, surroundings } = this.#init
    surroundings.dataPlane.submit(this.#model, request, exchange, this)
  }

  /** Where a column is the key, the request was read for the control, and may be another variant's. */
  #roll(rolled: RolledRequest, request: InferenceRequest): void {
    const { dialect, exchange } = this.#init
    const control = this.#model
    if (!rolled.isChosen) rolled.chooseByInputs(request.inputs, exchange.id)
    const { model } = rolled
    if (model === control) {
      this.#ask(rolled, request)
      return
    }
    exchange.address(model)
    model.attend(exchange.receivedAt)
    this.#model = model
    const inputs = fittedInputs(request.inputs, control.predictor.inputs, model.predictor.inputs)
    const goOn = (codec: BodyCodec<Kind, Form, Reply>): void => {
      this.#codec = codec
      if (inputs === undefined) this.#decode(codec, this.#body!)
      else this.#ask(rolled, inputs === request.inputs ? request : { ...request, inputs })
    }
    const codec = dialect.codec(model)
    if (codec instanceof Promise) this.#goOn(codec, goOn)
    else goOn(codec)
  }

  /** From now on what fails is the variant's failure, unless the control fails as well. */
  #ask(rolled: RolledRequest, request: InferenceRequest): void {
    rolled.request = request
    rolled.source = this
    this.#submit(request)
  }

  async #readFor(model: ServedModel): Promise<InferenceRequest> {
    const { dialect, kind } = this.#init
    const body = this.#body!
    if (dialect.textBytes(body, kind) > LARGEST_TEXT_AGAIN) {
      throw overloaded('The request is too large to be read again', 1, { refused: TOO_LARGE_AGAIN })
    }
    const codec = await dialect.codec(model)
    const { request } = await codec.decode(body, kind)
    return { inputs: request.inputs, parameters: request.parameters }
  }

  /** A large body is read where its model runs: here it would make every other request wait. */
  #score(scorer: BodyScorer, body: Buffer): void {
    const { dialect, exchange, kind, surroundings } = this.#init
    const { rolled } = exchange
    const model = this.#model
    const request = { body, dialect: dialect.whole(model, kind) }
    if (rolled !== undefined) rolled.source = this
    this.#goOn(surroundings.dataPlane.score(model, scorer, request, exchange), (scored) => {
      if (rolled !== undefined) rolled.reply = scored.octets
      exchange.headers.push('server-timing', serverTiming(exchange.timing!))
      dialect.send(exchange, dialect.replyOf(exchange, scored))
      surroundings.release(exchange)
    })
  }

  #goOn<Value>(promise: Promise<Value>, next: (value: Value) => void): void {
    promise.then(next).catch((error: unknown) => this.failed(error))
  }
}

/** What a request says of itself in its body: its id, and how long its client waits. */
function heed(exchange: Exchange, { request, timeoutMicroseconds }: DecodedBody<unknown>): void {
  if (request.id !== undefined) exchange.nameAfter(request.id)
  if (timeoutMicroseconds === undefined) return
  const wantedBy = exchange.startedAt + timeoutMicroseconds / MICROSECONDS
  if (wantedBy < exchange.wantedBy) exchange.wantBy(wantedBy)
}
