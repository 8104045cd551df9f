import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { ServingError } from '../../core/errors.ts'
import { badRequest, internalError, notFound, unavailable } from '../../core/errors.ts'
import { newTiming, type Timing } from '../../core/timing.ts'
import type { ScoringMediaType } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import type { BodyScorer } from '../../runtime/body-scorer.ts'
import type { BodyRequest, InferOptions } from '../../runtime/data-plane.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { BodyReader } from '../body-reader.ts'
import { refuseEarly } from '../early-refusal.ts'
import type { Exchange } from '../exchange.ts'
import { LoopTurn } from '../loop-turn.ts'
import { mlflowErrorBody } from '../mlflow-error-body.ts'
import { scoringMediaType, type UnsupportedMediaType } from '../scoring-media-type.ts'
import type { InferencePlane, ServedModels } from '../server-options.ts'
import { serverTiming } from '../server-timing.ts'
import { wantedTimeoutMs } from '../time-limit.ts'

/** In a smaller body what is around the rows weighs too much to tell how many a large one holds. */
const TELLING_BODY_BYTES = 4 * 1024

/**
 * Of the time to the deadline of a request to an inline model, the part that it may have waited in its socket: what
 * was read later has to wait about as long again for the rest of its turn, the runs and the replies.
 */
const MOST_LAG = 1 / 3

export interface MlflowScoringInit {
  readonly models: ServedModels
  readonly dataPlane: InferencePlane
  readonly bodies: BodyReader
  readonly requestTimeoutMs: number
}

/** `POST /invocations` and `POST /models/NAME/invocations`: MLflow's scoring protocol over HTTP. */
export class MlflowScoring {
  readonly #models: ServedModels
  readonly #dataPlane: InferencePlane
  readonly #bodies: BodyReader
  readonly #requestTimeoutMs: number
  readonly #turn = new LoopTurn()

  constructor(init: MlflowScoringInit) {
    this.#models = init.models
    this.#dataPlane = init.dataPlane
    this.#bodies = init.bodies
    this.#requestTimeoutMs = init.requestTimeoutMs
  }

  /** Answers the exchange; never rejects. Without a name the default model is meant. */
  async handle(exchange: Exchange, modelName: string | undefined): Promise<void> {
    exchange.errorBody = scoringErrorBody
    try {
      const model = this.#find(modelName)
      exchange.modelName = model.name
      model.attend(exchange.startedAt)
      const mediaType = mediaTypeOf(exchange)
      if (typeof mediaType !== 'string') {
        exchange.send(415, 'text/plain; charset=utf-8', mediaType.refusal)
        return
      }
      if (!this.#mayWait(exchange, model)) return
      const body = await this.#bodies.read(exchange, model.admission)
      if (body === undefined) return
      exchange.limitTo(performance.now() + this.#requestTimeoutMs)
      const { bodies } = model
      const reply =
        bodies !== undefined && body.length >= bodies.fromBytes
          ? await this.#score(exchange, model, bodies, {
              body,
              dialect: { protocol: 'mlflow-scoring', mediaType },
            })
          : await this.#predict(exchange, model, body, mediaType)
      exchange.send(200, 'application/json', reply)
    } catch (error) {
      exchange.fail(error)
    } finally {
      this.#bodies.release(exchange)
    }
  }

  /** Refuses by the headers alone what could not be answered in time: the earlier, the cheaper. */
  #mayWait(exchange: Exchange, model: ServedModel): boolean {
    const { admission, placement } = model
    const { startedAt, apiKey, request } = exchange
    const wantedMs = wantedTimeoutMs(request)
    if (wantedMs !== undefined) exchange.wantBy(startedAt + wantedMs)
    const deadline = Math.min(startedAt + this.#requestTimeoutMs, exchange.wantedBy)
    const lagMs = this.#turn.lagMs(startedAt)
    const lags = placement === 'inline' && lagMs > (deadline - startedAt) * MOST_LAG
    if (!lags && admission.requests === 0 && apiKey === undefined && !admission.stopped) return true
    // What it may have waited in its socket its client has waited too.
    const refusal = lags
      ? admission.refuseLag()
      : admission.foresee({ deadline: deadline - lagMs, apiKey }, likelyRows(model, request))
    if (refusal === undefined) return true
    refuseEarly(exchange, refusal)
    return false
  }

  /** Decode, infer, encode; each writes its part of the timing record. */
  async #predict(
    exchange: Exchange,
    model: ServedModel,
    body: Buffer,
    mediaType: ScoringMediaType,
  ): Promise<string> {
    const timing = newTiming()
    exchange.timing = timing
    const receivedAt = performance.now()
    const decoding = model.scoring.decode(body, mediaType)
    const { request, form } = decoding instanceof Promise ? await decoding : decoding
    timing.parse = performance.now() - receivedAt

    const { outputs } = await this.#dataPlane.infer(model, request, optionsOf(exchange, timing))
    if (body.length >= TELLING_BODY_BYTES) model.admission.learnRows(body.length, timing.rows)

    const inferredAt = performance.now()
    const reply = model.scoring.encode(outputs, form)
    timing.serialise = performance.now() - inferredAt
    exchange.headers.push('server-timing', serverTiming(timing))
    return reply
  }

  /** A large body is read where its model runs: here it would make every other request wait. */
  async #score(
    exchange: Exchange,
    model: ServedModel,
    scorer: BodyScorer,
    request: BodyRequest,
  ): Promise<Uint8Array> {
    const timing = newTiming()
    exchange.timing = timing
    const { octets } = await this.#dataPlane.score(model, scorer, request, optionsOf(exchange, timing))
    exchange.headers.push('server-timing', serverTiming(timing))
    return octets
  }

  #find(modelName: string | undefined): ServedModel {
    const model = modelName === undefined ? this.#models.default() : this.#models.get(modelName)
    if (model !== undefined) return model
    if (!this.#models.ready()) throw unavailable('The models are still being loaded.')
    const served = this.#models.list().map(({ name }) => name)
    if (modelName !== undefined) throw notFound(`No model is served as '${modelName}'.`, { served })
    throw notFound('No model is served.')
  }
}

/** By its length, where nobody will know better before its run; else the least. */
function likelyRows({ bodies, admission }: ServedModel, { headers }: IncomingMessage): number {
  const bytes = Number(headers['content-length'] ?? 0)
  return bodies !== undefined && bytes >= bodies.fromBytes ? admission.likelyRows(bytes) : 1
}

/** MLflow answers 500 where the header is absent; that is the client's mistake, so here it is 400. */
function mediaTypeOf({ request }: Exchange): ScoringMediaType | UnsupportedMediaType {
  const header = request.headers['content-type']
  if (header === undefined) throw badRequest('The request has no Content-Type header.')
  return scoringMediaType(header)
}

function optionsOf({ deadline, signal, apiKey }: Exchange, timing: Timing): InferOptions {
  return { deadline, timing, signal, apiKey }
}

/** MLflow's scoring server answers a time-out with this bare text, labelled as JSON all the same. */
function scoringErrorBody(error: ServingError): string {
  return error.code === 'DEADLINE_EXCEEDED'
    ? 'Request processing time exceeded limit'
    : mlflowErrorBody(error)
}

/** The routes, where they are not answered in front of the router. */
export function scoringRoutes(app: FastifyInstance, scoring: MlflowScoring): void {
  app.post('/invocations', {
    onRequest: (request, reply) => {
      reply.hijack()
      void scoring.handle(request.exchange, undefined)
    },
    handler: answeredEarlier,
  })
  app.post<{ Params: { name: string } }>('/models/:name/invocations', {
    onRequest: (request, reply) => {
      reply.hijack()
      void scoring.handle(request.exchange, request.params.name)
    },
    handler: answeredEarlier,
  })
}

/** Scoring is answered in `onRequest`, before fastify looks at the type of the body. */
function answeredEarlier(): never {
  throw internalError('This is a bug: a hijacked request came as far as its handler.')
}
