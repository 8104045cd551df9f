import type { V1Codec } from '../../protocols/v1/compile-v1-codec.ts'
import type { PredictForm } from '../../protocols/v1/predict-form.ts'
import type { BodyDialect, ScoredBody } from '../../runtime/body-scorer.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { Exchange } from '../exchange.ts'
import type { ModelRequests } from '../model-requests.ts'
import { sendReply } from '../reply-coding.ts'
import type { ScoringDialect } from '../scoring-dialect.ts'

const DIALECT = { protocol: 'v1' } as const

/** `POST /v1/models/NAME:predict`, as TensorFlow Serving and KServe have it. */
export class V1Prediction implements ScoringDialect<undefined, PredictForm, string | Uint8Array> {
  readonly #requests: ModelRequests
  readonly #codecs = new WeakMap<ServedModel, V1Codec>()

  constructor(requests: ModelRequests) {
    this.#requests = requests
  }

  /** Answers the exchange; never throws. Without a name the default model is meant. */
  handle(exchange: Exchange, name: string | undefined, version: string | undefined): void {
    try {
      const model = this.#requests.find(exchange, name, version)
      this.#requests.answer(this, exchange, model, undefined)
    } catch (error) {
      exchange.fail(error)
    }
  }

  codec(model: ServedModel): V1Codec | Promise<V1Codec> {
    return this.#codecs.get(model) ?? this.#open(model)
  }

  textBytes(body: Buffer): number {
    return body.length
  }

  whole(): BodyDialect {
    return DIALECT
  }

  replyOf(_exchange: Exchange, { octets }: ScoredBody): Uint8Array {
    return octets
  }

  send(exchange: Exchange, body: string | Uint8Array): void {
    sendReply(exchange, { contentType: 'application/json', body })
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
