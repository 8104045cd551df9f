import { notFound, unavailable } from '../core/errors.ts'
import type { ServedModel } from '../runtime/served-model.ts'
import type { BodyReader } from './body-reader.ts'
import { refuseEarly } from './early-refusal.ts'
import type { Exchange } from './exchange.ts'
import { LoopTurn } from './loop-turn.ts'
import type { RequestHead } from './request-head.ts'
import type { RolloutMember } from './rollouts/rollout-member.ts'
import { type RequestSurroundings, ScoredRequest } from './scored-request.ts'
import type { ScoringDialect } from './scoring-dialect.ts'
import type { InferencePlane, ServedModels } from './server-options.ts'
import { wantedTimeoutMs } from './time-limit.ts'

/**
 * Of the time to the deadline of a request to an inline model, the part that it may have waited in its socket: what
 * was read later has to wait about as long again for the rest of its turn, the runs and the replies.
 */
const MOST_LAG = 1 / 3

export interface ModelRequestsInit {
  readonly models: ServedModels
  readonly dataPlane: InferencePlane
  readonly bodies: BodyReader
  readonly requestTimeoutMs: number
  /** Undefined where there are none. */
  readonly rollouts: RolloutMember | undefined
}

type BodyTaker = Pick<ScoredRequest<unknown, unknown, unknown>, 'received' | 'dropped' | 'failed'>

/** What every request to a model passes, whatever its dialect: on its way in, and to the model. */
export class ModelRequests implements RequestSurroundings {
  readonly dataPlane: InferencePlane
  readonly requestTimeoutMs: number
  readonly #models: ServedModels
  readonly #bodies: BodyReader
  readonly #rollouts: RolloutMember | undefined
  readonly #turn = new LoopTurn()

  constructor(init: ModelRequestsInit) {
    this.#models = init.models
    this.#rollouts = init.rollouts
    this.dataPlane = init.dataPlane
    this.#bodies = init.bodies
    this.requestTimeoutMs = init.requestTimeoutMs
  }

  /**
   * The model that an exchange is about. Without a name the default one is meant, without a version the one that its
   * name means; of a rollout the variant for its sticky key.
   * @throws ServingError RESOURCE_DOES_NOT_EXIST, TEMPORARILY_UNAVAILABLE while models are being loaded, and what a rollout
   *   refuses
   */
  find(exchange: Exchange, name: string | undefined, version?: string): ServedModel {
    const rolled = this.#rollouts?.find(exchange, name, version)
    const model = rolled ?? findModel(this.#models, name, version)
    exchange.address(model)
    model.attend(exchange.startedAt)
    return model
  }

  /**
   * Answers a request whose model was found: its body is read, decoded, inferred and encoded. Never throws.
   * @param kind what its headers say of the body, in the dialect's own terms.
   */
  answer<Kind, Form, Reply>(
    dialect: ScoringDialect<Kind, Form, Reply>,
    exchange: Exchange,
    model: ServedModel,
    kind: Kind,
  ): void {
    if (!this.#mayWait(exchange, model)) return
    const request = new ScoredRequest({ surroundings: this, dialect, exchange, model, kind })
    const body = this.#bodies.take(exchange)
    if (body === undefined) void this.#read(exchange, model, request)
    else request.received(body)
  }

  /** Forgets the body of an exchange that is over. */
  release(exchange: Exchange): void {
    this.#bodies.release(exchange)
  }

  /** All of the body is yet to come, or to be inflated. */
  async #read(exchange: Exchange, model: ServedModel, request: BodyTaker): Promise<void> {
    try {
      const body = await this.#bodies.read(exchange, model.admission)
      if (body === undefined) request.dropped()
      else request.received(body)
    } catch (error) {
      request.failed(error)
    }
  }

  /** Refuses by the headers alone what could not be answered in time: the earlier, the cheaper. */
  #mayWait(exchange: Exchange, model: ServedModel): boolean {
    const { admission, placement } = model
    const { startedAt, apiKey, request } = exchange
    const wantedMs = wantedTimeoutMs(request)
    if (wantedMs !== undefined) exchange.wantBy(startedAt + wantedMs)
    const deadline = Math.min(startedAt + this.requestTimeoutMs, exchange.wantedBy)
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
}

/** By its length, where nobody will know better before its run; else the least. */
function likelyRows({ bodies, admission }: ServedModel, { headers }: RequestHead): number {
  const bytes = Number(headers['content-length'] ?? 0)
  return bodies !== undefined && bytes >= bodies.fromBytes ? admission.likelyRows(bytes) : 1
}

/**
 * Without a name the default model is meant, without a version the one that its name means.
 * @throws ServingError RESOURCE_DOES_NOT_EXIST, TEMPORARILY_UNAVAILABLE while models are being loaded
 */
export function findModel(models: ServedModels, name: string | undefined, version?: string): ServedModel {
  const model = name === undefined ? models.default() : models.get(name, version)
  if (model === undefined) throw notServed(models, name, version)
  return model
}

/** The version that is asked for, else all of them. @throws ServingError as `findModel` */
export function findVersions(models: ServedModels, name: string, version?: string): readonly ServedModel[] {
  if (version !== undefined) return [findModel(models, name, version)]
  const versions = models.versions(name)
  if (versions.length === 0) throw notServed(models, name, undefined)
  return versions.map((each) => findModel(models, name, each))
}

/** A model that is not there may still come while models are being loaded. */
function notServed(models: ServedModels, name: string | undefined, version: string | undefined): Error {
  if (name === undefined) return models.ready() ? noDefault(models) : stillLoading()
  const versions = models.versions(name)
  if (version !== undefined && versions.length > 0) {
    return notFound(`The model '${name}' is not served in version '${version}'.`, { versions })
  }
  if (!models.ready()) return stillLoading()
  const served = models.list().map((model) => model.name)
  return notFound(`No model is served as '${name}'.`, { served })
}

/** No other model is meant by itself where it was unloaded. */
function noDefault(models: ServedModels): Error {
  const served = models.list().map((model) => model.name)
  if (served.length === 0) return notFound('No model is served.')
  return notFound(
    'The default model is not loaded; others are asked by their names, as /models/NAME/invocations.',
    {
      served,
    },
  )
}

function stillLoading(): Error {
  return unavailable('The models are still being loaded.')
}
