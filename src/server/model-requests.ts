import { performance } from 'node:perf_hooks'
import { notFound, unavailable } from '../core/errors.ts'
import { newTiming, type Timing } from '../core/timing.ts'
import type { BodyScorer, ScoredBody } from '../runtime/body-scorer.ts'
import type { BodyRequest, InferOptions } from '../runtime/data-plane.ts'
import type { ServedModel } from '../runtime/served-model.ts'
import type { BodyCodec, DecodedBody, ReceivedBody } from './body-codec.ts'
import type { BodyReader } from './body-reader.ts'
import { refuseEarly } from './early-refusal.ts'
import type { Exchange } from './exchange.ts'
import { LoopTurn } from './loop-turn.ts'
import type { RequestHead } from './request-head.ts'
import type { InferencePlane, ServedModels } from './server-options.ts'
import { serverTiming } from './server-timing.ts'
import { wantedTimeoutMs } from './time-limit.ts'

/**
 * Of the time to the deadline of a request to an inline model, the part that it may have waited in its socket: what
 * was read later has to wait about as long again for the rest of its turn, the runs and the replies.
 */
const MOST_LAG = 1 / 3

/** In a smaller body what is around the rows weighs too much to tell how many a large one holds. */
const TELLING_BODY_BYTES = 4 * 1024

const NOTHING = Promise.resolve(undefined)

export interface ModelRequestsInit {
  readonly models: ServedModels
  readonly dataPlane: InferencePlane
  readonly bodies: BodyReader
  readonly requestTimeoutMs: number
}

/** What every request to a model passes, whatever its dialect: on its way in, and to the model. */
export class ModelRequests {
  readonly #models: ServedModels
  readonly #dataPlane: InferencePlane
  readonly #bodies: BodyReader
  readonly #requestTimeoutMs: number
  readonly #turn = new LoopTurn()

  constructor(init: ModelRequestsInit) {
    this.#models = init.models
    this.#dataPlane = init.dataPlane
    this.#bodies = init.bodies
    this.#requestTimeoutMs = init.requestTimeoutMs
  }

  /**
   * The model that an exchange is about. Without a name the default one is meant, without a version the one that its
   * name means. @throws ServingError RESOURCE_DOES_NOT_EXIST, TEMPORARILY_UNAVAILABLE while models are being loaded
   */
  find(exchange: Exchange, name: string | undefined, version?: string): ServedModel {
    const model = findModel(this.#models, name, version)
    exchange.address(model)
    model.attend(exchange.startedAt)
    return model
  }

  /**
   * All of the request's body, inflated. Undefined where there is nothing left to do: refused by its headers alone since
   * it could not be answered in time, or as `BodyReader.read`.
   */
  read(exchange: Exchange, model: ServedModel): Promise<Buffer | undefined> {
    if (!this.#mayWait(exchange, model)) return NOTHING
    return this.#bodies.read(exchange, model.admission)
  }

  /** Its body is there: from now on it is the server that takes time. */
  received(exchange: Exchange): void {
    exchange.receivedAt = performance.now()
    exchange.limitTo(exchange.receivedAt + this.#requestTimeoutMs)
  }

  /** Answers a body that is read here and was `received`: decodes, infers and encodes, each of which writes its part of the timing record. */
  async predict<Kind, Form, Reply>(
    exchange: Exchange,
    model: ServedModel,
    codec: BodyCodec<Kind, Form, Reply>,
    { body, kind, isText }: ReceivedBody<Kind>,
  ): Promise<Reply> {
    const timing = timingOf(exchange)
    const decoding = codec.decode(body, kind)
    const decoded = decoding instanceof Promise ? await decoding : decoding
    timing.parse = performance.now() - exchange.receivedAt
    heed(exchange, decoded)

    const { outputs } = await this.#dataPlane.infer(model, decoded.request, inferOptions(exchange, timing))
    if (isText) learnRows(model, body, timing)

    const inferredAt = performance.now()
    const reply = codec.encode(outputs, decoded.form)
    timing.serialise = performance.now() - inferredAt
    exchange.headers.push('server-timing', serverTiming(timing))
    return reply
  }

  /** Answers a large body, which is read where its model runs: here it would make every other request wait. */
  async score(
    exchange: Exchange,
    model: ServedModel,
    scorer: BodyScorer,
    request: BodyRequest,
  ): Promise<ScoredBody> {
    const timing = timingOf(exchange)
    const scored = await this.#dataPlane.score(model, scorer, request, inferOptions(exchange, timing))
    exchange.headers.push('server-timing', serverTiming(timing))
    return scored
  }

  /** Forgets the body of an exchange that is over. */
  release(exchange: Exchange): void {
    this.#bodies.release(exchange)
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

/** The record of an exchange whose body has been read. */
function timingOf(exchange: Exchange): Timing {
  exchange.timing ??= newTiming()
  return exchange.timing
}

/** A body of text that was answered tells how many rows others are likely to hold. */
function learnRows({ admission }: ServedModel, body: Buffer, { rows }: Timing): void {
  if (body.length >= TELLING_BODY_BYTES) admission.learnRows(body.length, rows)
}

const MICROSECONDS = 1000

/** What a request says of itself in its body: its id, and how long its client waits. */
function heed(exchange: Exchange, { request, timeoutMicroseconds }: DecodedBody<unknown>): void {
  if (request.id !== undefined) exchange.nameAfter(request.id)
  if (timeoutMicroseconds === undefined) return
  const wantedBy = exchange.startedAt + timeoutMicroseconds / MICROSECONDS
  if (wantedBy < exchange.wantedBy) exchange.wantBy(wantedBy)
}

function inferOptions({ deadline, signal, apiKey }: Exchange, timing: Timing): InferOptions {
  return { deadline, timing, signal, apiKey }
}
