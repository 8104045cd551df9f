import type { InferReply } from '../../protocols/open-inference/open-inference-codec.ts'
import type { BodyScorer } from '../../runtime/body-scorer.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { Exchange } from '../exchange.ts'
import type { ModelRequests } from '../model-requests.ts'
import { sendReply } from '../reply-coding.ts'
import { openInferenceErrorBody } from './error-body.ts'
import { inferenceHeaderLength } from './header-length.ts'
import type { ModelCodecs } from './model-codecs.ts'
import type { ModelPath } from './model-path.ts'

export interface OpenInferenceInit {
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
  readonly #requests: ModelRequests
  readonly #codecs: ModelCodecs

  constructor(init: OpenInferenceInit) {
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

  async #infer(
    exchange: Exchange,
    model: ServedModel,
    { body, headerLength }: InferBody,
  ): Promise<InferReply> {
    const codec = this.#codecs.known(model) ?? (await this.#codecs.open(model))
    const isText = headerLength === undefined
    return this.#requests.predict(exchange, model, codec, { body, kind: headerLength, isText })
  }

  async #score(
    exchange: Exchange,
    model: ServedModel,
    scorer: BodyScorer,
    { body, headerLength }: InferBody,
  ): Promise<InferReply> {
    const { name, version } = model
    const dialect = { protocol: 'open-inference', model: { name, version }, headerLength } as const
    const scored = await this.#requests.score(exchange, model, scorer, { body, dialect })
    if (scored.id !== undefined) exchange.nameAfter(scored.id)
    return { body: scored.octets, headerLength: scored.headerLength }
  }
}

/** Binary tensors are views of the body, and cost nothing to read here. */
function scorerOf({ bodies }: ServedModel, { body, headerLength }: InferBody): BodyScorer | undefined {
  if (bodies === undefined || (headerLength ?? body.length) < bodies.fromBytes) return undefined
  return bodies
}

function send(exchange: Exchange, { body, headerLength }: InferReply): void {
  if (headerLength === undefined) {
    sendReply(exchange, 'application/json', body)
  } else {
    exchange.headers.push('inference-header-content-length', String(headerLength))
    sendReply(exchange, 'application/octet-stream', body)
  }
}
