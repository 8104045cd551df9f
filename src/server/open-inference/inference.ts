import { newTiming } from '../../core/timing.ts'
import type { DecodedInfer, InferReply } from '../../protocols/open-inference/open-inference-codec.ts'
import type { BodyScorer } from '../../runtime/body-scorer.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { Exchange } from '../exchange.ts'
import { inferOptions, type ModelRequests } from '../model-requests.ts'
import { sendReply } from '../reply-coding.ts'
import type { InferencePlane } from '../server-options.ts'
import { serverTiming } from '../server-timing.ts'
import { openInferenceErrorBody } from './error-body.ts'
import { inferenceHeaderLength } from './header-length.ts'
import type { ModelCodecs } from './model-codecs.ts'
import type { ModelPath } from './model-path.ts'

/** In a smaller body what is around the numbers weighs too much to tell how many rows a large one holds. */
const TELLING_BODY_BYTES = 4 * 1024
const MICROSECONDS = 1000

export interface OpenInferenceInit {
  readonly dataPlane: InferencePlane
  readonly requests: ModelRequests
  readonly codecs: ModelCodecs
}

/** A body as it was received. */
interface InferBody {
  readonly body: Buffer
  readonly headerLength: number | undefined
}

/** `POST /v2/models/NAME[/versions/VERSION]/infer`: inference of the Open Inference Protocol over HTTP. */
export class OpenInference {
  readonly #dataPlane: InferencePlane
  readonly #requests: ModelRequests
  readonly #codecs: ModelCodecs

  constructor(init: OpenInferenceInit) {
    this.#dataPlane = init.dataPlane
    this.#requests = init.requests
    this.#codecs = init.codecs
  }

  /** Answers the exchange; never rejects. */
  async handle(exchange: Exchange, { name, version }: ModelPath): Promise<void> {
    exchange.errorBody = openInferenceErrorBody
    try {
      const model = this.#requests.find(exchange, name, version)
      const headerLength = inferenceHeaderLength(exchange.request)
      const body = await this.#requests.read(exchange, model)
      if (body === undefined) return
      this.#requests.received(exchange)
      const scorer = scorerOf(model, { body, headerLength })
      const reply =
        scorer === undefined
          ? await this.#infer(exchange, model, { body, headerLength })
          : await this.#score(exchange, model, scorer, { body, headerLength })
      send(exchange, reply)
    } catch (error) {
      exchange.fail(error)
    } finally {
      this.#requests.release(exchange)
    }
  }

  /** Decode, infer, encode; each writes its part of the timing record. */
  async #infer(exchange: Exchange, model: ServedModel, given: InferBody): Promise<InferReply> {
    const codec = this.#codecs.known(model) ?? (await this.#codecs.open(model))
    const { body, headerLength } = given
    const timing = newTiming()
    exchange.timing = timing
    const receivedAt = performance.now()
    const decoded = codec.decode(body, headerLength)
    timing.parse = performance.now() - receivedAt
    heed(exchange, decoded)

    const { outputs } = await this.#dataPlane.infer(model, decoded.request, inferOptions(exchange, timing))
    if (headerLength === undefined && body.length >= TELLING_BODY_BYTES) {
      model.admission.learnRows(body.length, timing.rows)
    }

    const inferredAt = performance.now()
    const reply = codec.encode(outputs, decoded.form)
    timing.serialise = performance.now() - inferredAt
    exchange.headers.push('server-timing', serverTiming(timing))
    return reply
  }

  /** Large JSON is read where the model runs: here it would make every other request wait. */
  async #score(
    exchange: Exchange,
    model: ServedModel,
    scorer: BodyScorer,
    { body, headerLength }: InferBody,
  ): Promise<InferReply> {
    const timing = newTiming()
    exchange.timing = timing
    const { name, version } = model
    const dialect = { protocol: 'open-inference', model: { name, version }, headerLength } as const
    const options = inferOptions(exchange, timing)
    const scored = await this.#dataPlane.score(model, scorer, { body, dialect }, options)
    exchange.headers.push('server-timing', serverTiming(timing))
    if (scored.id !== undefined) exchange.nameAfter(scored.id)
    return { body: scored.octets, headerLength: scored.headerLength }
  }
}

/** Binary tensors are views of the body, and cost nothing to read here. */
function scorerOf({ bodies }: ServedModel, { body, headerLength }: InferBody): BodyScorer | undefined {
  if (bodies === undefined || (headerLength ?? body.length) < bodies.fromBytes) return undefined
  return bodies
}

/** What a request says of itself in its body: its id, and how long its client waits. */
function heed(exchange: Exchange, { form, timeoutMicroseconds }: DecodedInfer): void {
  if (form.id !== undefined) exchange.nameAfter(form.id)
  if (timeoutMicroseconds === undefined) return
  const wantedBy = exchange.startedAt + timeoutMicroseconds / MICROSECONDS
  if (wantedBy < exchange.wantedBy) exchange.wantBy(wantedBy)
}

function send(exchange: Exchange, { body, headerLength }: InferReply): void {
  if (headerLength === undefined) {
    sendReply(exchange, 'application/json', body)
  } else {
    exchange.headers.push('inference-header-content-length', String(headerLength))
    sendReply(exchange, 'application/octet-stream', body)
  }
}
