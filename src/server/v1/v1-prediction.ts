import { newTiming } from '../../core/timing.ts'
import type { V1Codec } from '../../protocols/v1/compile-v1-codec.ts'
import type { BodyScorer } from '../../runtime/body-scorer.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { Exchange } from '../exchange.ts'
import { inferOptions, type ModelRequests } from '../model-requests.ts'
import { sendReply } from '../reply-coding.ts'
import type { InferencePlane } from '../server-options.ts'
import { serverTiming } from '../server-timing.ts'

/** In a smaller body what is around the numbers weighs too much to tell how many rows a large one holds. */
const TELLING_BODY_BYTES = 4 * 1024

export interface V1PredictionInit {
  readonly dataPlane: InferencePlane
  readonly requests: ModelRequests
}

/** `POST /v1/models/NAME:predict`, as TensorFlow Serving and KServe have it. */
export class V1Prediction {
  readonly #dataPlane: InferencePlane
  readonly #requests: ModelRequests
  readonly #codecs = new WeakMap<ServedModel, V1Codec>()

  constructor(init: V1PredictionInit) {
    this.#dataPlane = init.dataPlane
    this.#requests = init.requests
  }

  /** Answers the exchange; never rejects. */
  async handle(exchange: Exchange, name: string, version: string | undefined): Promise<void> {
    try {
      const model = this.#requests.find(exchange, name, version)
      const body = await this.#requests.read(exchange, model)
      if (body === undefined) return
      this.#requests.received(exchange)
      const { bodies } = model
      const reply =
        bodies !== undefined && body.length >= bodies.fromBytes
          ? await this.#score(exchange, model, bodies, body)
          : await this.#predict(exchange, model, body)
      sendReply(exchange, 'application/json', reply)
    } catch (error) {
      exchange.fail(error)
    } finally {
      this.#requests.release(exchange)
    }
  }

  async #predict(exchange: Exchange, model: ServedModel, body: Buffer): Promise<string> {
    const codec = this.#codecs.get(model) ?? (await this.#open(model))
    const timing = newTiming()
    exchange.timing = timing
    const receivedAt = performance.now()
    const { request, form } = codec.decode(body)
    timing.parse = performance.now() - receivedAt

    const { outputs } = await this.#dataPlane.infer(model, request, inferOptions(exchange, timing))
    if (body.length >= TELLING_BODY_BYTES) model.admission.learnRows(body.length, timing.rows)

    const inferredAt = performance.now()
    const reply = codec.encode(outputs, form)
    timing.serialise = performance.now() - inferredAt
    exchange.headers.push('server-timing', serverTiming(timing))
    return reply
  }

  /** A large body is read where the model runs: here it would make every other request wait. */
  async #score(
    exchange: Exchange,
    model: ServedModel,
    scorer: BodyScorer,
    body: Buffer,
  ): Promise<Uint8Array> {
    const timing = newTiming()
    exchange.timing = timing
    const request = { body, dialect: { protocol: 'v1' } } as const
    const { octets } = await this.#dataPlane.score(model, scorer, request, inferOptions(exchange, timing))
    exchange.headers.push('server-timing', serverTiming(timing))
    return octets
  }

  /** Compiled for the first request to its model. */
  async #open(model: ServedModel): Promise<V1Codec> {
    const { compileV1Codec } = await import('../../protocols/v1/compile-v1-codec.ts')
    const { mlmodel, predictor } = model
    const { inputs, outputs } = predictor
    const codec = compileV1Codec({ signature: mlmodel.signature, inputs, outputs })
    this.#codecs.set(model, codec)
    return codec
  }
}
