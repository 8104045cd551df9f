import { AzureMlCodec } from '../../protocols/azure-ml/azure-ml-codec.ts'
import type { ReplyForm } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import type { BodyDialect, ScoredBody } from '../../runtime/body-scorer.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { Exchange } from '../exchange.ts'
import type { ModelRequests } from '../model-requests.ts'
import { sendReply } from '../reply-coding.ts'
import { scoringErrorBody } from '../routes/mlflow-scoring.ts'
import type { ScoringDialect } from '../scoring-dialect.ts'

const DIALECT = { protocol: 'azure-ml' } as const

/** `POST /score`, as Azure ML's own server has it for MLflow models: JSON, whatever its type is said to be. */
export class AzureMlScoring implements ScoringDialect<undefined, ReplyForm, string | Uint8Array> {
  readonly #requests: ModelRequests
  readonly #codecs = new WeakMap<ServedModel, AzureMlCodec>()

  constructor(requests: ModelRequests) {
    this.#requests = requests
  }

  /** Answers the exchange, by the default model; never throws. */
  handle(exchange: Exchange): void {
    exchange.errorBody = scoringErrorBody
    try {
      const model = this.#requests.find(exchange, undefined)
      this.#requests.answer(this, exchange, model, undefined)
    } catch (error) {
      exchange.fail(error)
    }
  }

  codec(model: ServedModel): AzureMlCodec {
    const known = this.#codecs.get(model)
    if (known !== undefined) return known
    const codec = new AzureMlCodec(model.scoring)
    this.#codecs.set(model, codec)
    return codec
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
}
