import type {
  InferForm,
  InferReply,
  OpenInferenceCodec,
} from '../../protocols/open-inference/open-inference-codec.ts'
import type { BodyDialect, ScoredBody } from '../../runtime/body-scorer.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { Exchange } from '../exchange.ts'
import type { ModelRequests } from '../model-requests.ts'
import { sendReply } from '../reply-coding.ts'
import type { ScoringDialect } from '../scoring-dialect.ts'
import { openInferenceErrorBody } from './error-body.ts'
import { inferenceHeaderLength } from './header-length.ts'
import type { ModelCodecs } from './model-codecs.ts'
import type { ModelPath } from './model-path.ts'

export interface OpenInferenceInit {
  readonly requests: ModelRequests
  readonly codecs: ModelCodecs
}

/** Bytes of JSON before binary tensors; undefined where all is JSON. */
type HeaderLength = number | undefined

/** `POST /v2/models/NAME[/versions/VERSION]/infer`: inference of the Open Inference Protocol over HTTP. */
export class OpenInference implements ScoringDialect<HeaderLength, InferForm, InferReply> {
  readonly #requests: ModelRequests
  readonly #codecs: ModelCodecs

  constructor(init: OpenInferenceInit) {
    this.#requests = init.requests
    this.#codecs = init.codecs
  }

  /** Answers the exchange; never throws. */
  handle(exchange: Exchange, { name, version }: ModelPath): void {
    exchange.errorBody = openInferenceErrorBody
    try {
      const model = this.#requests.find(exchange, name, version)
      this.#requests.answer(this, exchange, model, inferenceHeaderLength(exchange.request))
    } catch (error) {
      exchange.fail(error)
    }
  }

  codec(model: ServedModel): OpenInferenceCodec | Promise<OpenInferenceCodec> {
    return this.#codecs.known(model) ?? this.#codecs.open(model)
  }

  /** Binary tensors are views of the body, and cost nothing to read. */
  textBytes(body: Buffer, headerLength: HeaderLength): number {
    return headerLength ?? body.length
  }

  whole({ name, version }: ServedModel, headerLength: HeaderLength): BodyDialect {
    return { protocol: 'open-inference', model: { name, version }, headerLength }
  }

  replyOf(exchange: Exchange, { id, octets, headerLength }: ScoredBody): InferReply {
    if (id !== undefined) exchange.nameAfter(id)
    return { body: octets, headerLength }
  }

  send(exchange: Exchange, { body, headerLength }: InferReply): void {
    if (headerLength === undefined) sendReply(exchange, { contentType: 'application/json', body })
    else sendReply(exchange, { contentType: 'application/octet-stream', body, headerLength })
  }
}
