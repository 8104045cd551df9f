import type { V1Codec } from '../../protocols/v1/compile-v1-codec.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { Exchange } from '../exchange.ts'
import type { ModelRequests } from '../model-requests.ts'
import { sendReply } from '../reply-coding.ts'

const DIALECT = { protocol: 'v1' } as const

/** `POST /v1/models/NAME:predict`, as TensorFlow Serving and KServe have it. */
export class V1Prediction {
  readonly #requests: ModelRequests
  readonly #codecs = new WeakMap<ServedModel, V1Codec>()

  constructor(requests: ModelRequests) {
    this.#requests = requests
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
          ? (await this.#requests.score(exchange, model, bodies, { body, dialect: DIALECT })).octets
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
    return this.#requests.predict(exchange, model, codec, { body, kind: undefined, isText: true })
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
