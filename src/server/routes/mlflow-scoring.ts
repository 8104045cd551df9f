import type { FastifyInstance } from 'fastify'
import type { ServingError } from '../../core/errors.ts'
import { badRequest, internalError } from '../../core/errors.ts'
import type {
  ReplyForm,
  ScoringCodec,
  ScoringMediaType,
} from '../../protocols/mlflow-scoring/scoring-codec.ts'
import type { MlflowBody, ScoredBody } from '../../runtime/body-scorer.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { Exchange } from '../exchange.ts'
import { mlflowErrorBody } from '../mlflow-error-body.ts'
import type { ModelRequests } from '../model-requests.ts'
import { sendReply } from '../reply-coding.ts'
import type { ScoringDialect } from '../scoring-dialect.ts'
import { scoringMediaType, type UnsupportedMediaType } from '../scoring-media-type.ts'

/** `POST /invocations` and `POST /models/NAME[/versions/VERSION]/invocations`: MLflow's scoring protocol over HTTP. */
export class MlflowScoring implements ScoringDialect<ScoringMediaType, ReplyForm, string | Uint8Array> {
  readonly #requests: ModelRequests

  constructor(requests: ModelRequests) {
    this.#requests = requests
  }

  /** Answers the exchange; never throws. Without a name the default model is meant, without a version the preferred. */
  handle(exchange: Exchange, modelName: string | undefined, version?: string): void {
    exchange.errorBody = scoringErrorBody
    try {
      const model = this.#requests.find(exchange, modelName, version)
      const mediaType = mediaTypeOf(exchange)
      if (typeof mediaType === 'string') this.#requests.answer(this, exchange, model, mediaType)
      else exchange.send(415, 'text/plain; charset=utf-8', mediaType.refusal)
    } catch (error) {
      exchange.fail(error)
    }
  }

  codec({ scoring }: ServedModel): ScoringCodec {
    return scoring
  }

  textBytes(body: Buffer): number {
    return body.length
  }

  whole(_model: ServedModel, mediaType: ScoringMediaType): MlflowBody {
    return { protocol: 'mlflow-scoring', mediaType }
  }

  replyOf(_exchange: Exchange, { octets }: ScoredBody): Uint8Array {
    return octets
  }

  send(exchange: Exchange, body: string | Uint8Array): void {
    sendReply(exchange, { contentType: 'application/json', body })
  }
}

/** MLflow answers 500 where the header is absent; that is the client's mistake, so here it is 400. */
function mediaTypeOf({ request }: Exchange): ScoringMediaType | UnsupportedMediaType {
  const header = request.headers['content-type']
  if (header === undefined) throw badRequest('The request has no Content-Type header.')
  return scoringMediaType(header)
}

/** MLflow's scoring server answers a time-out with this bare text, labelled as JSON all the same. */
export function scoringErrorBody(error: ServingError): string {
  return error.code === 'DEADLINE_EXCEEDED'
    ? 'Request processing time exceeded limit'
    : mlflowErrorBody(error)
}

/** The routes, where they are not answered in front of the router. */
export function scoringRoutes(app: FastifyInstance, scoring: MlflowScoring): void {
  app.post('/invocations', {
    onRequest: (request, reply) => {
      reply.hijack()
      scoring.handle(request.exchange, undefined)
    },
    handler: answeredEarlier,
  })
  app.post<{ Params: { name: string } }>('/models/:name/invocations', {
    onRequest: (request, reply) => {
      reply.hijack()
      scoring.handle(request.exchange, request.params.name)
    },
    handler: answeredEarlier,
  })
  app.post<{ Params: { name: string; version: string } }>('/models/:name/versions/:version/invocations', {
    onRequest: (request, reply) => {
      reply.hijack()
      scoring.handle(request.exchange, request.params.name, request.params.version)
    },
    handler: answeredEarlier,
  })
}

/** Scoring is answered in `onRequest`, before fastify looks at the type of the body. */
function answeredEarlier(): never {
  throw internalError('This is a bug: a hijacked request came as far as its handler.')
}
