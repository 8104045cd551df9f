import { badRequest, notFound, routeNotFound } from '../../core/errors.ts'
import type { Exchange } from '../exchange.ts'
import type { ExchangeRegistry } from '../exchange-registry.ts'
import { findModel, findVersions } from '../model-requests.ts'
import { openInferenceErrorBody } from '../open-inference/error-body.ts'
import { isModelReady } from '../open-inference/readiness.ts'
import type { Probes } from '../probes.ts'
import type { ServedModels } from '../server-options.ts'
import { type V1Path, v1Path } from '../v1/v1-path.ts'
import type { V1Prediction } from '../v1/v1-prediction.ts'

export interface V1RoutesInit {
  readonly models: ServedModels
  readonly registry: ExchangeRegistry
  readonly probes: Probes
  readonly prediction: V1Prediction
}

/** The routes of V1, as TensorFlow Serving and KServe have them. Their paths have colons, which routers do not like. */
export class V1Routes {
  readonly #models: ServedModels
  readonly #registry: ExchangeRegistry
  readonly #probes: Probes
  readonly #prediction: V1Prediction

  constructor(init: V1RoutesInit) {
    this.#models = init.models
    this.#registry = init.registry
    this.#probes = init.probes
    this.#prediction = init.prediction
  }

  /** Whether the URL is one of V1. */
  static has(url: string): boolean {
    return url.startsWith('/v1/')
  }

  /** Answers the exchange; never rejects. */
  async handle(exchange: Exchange): Promise<void> {
    exchange.errorBody = openInferenceErrorBody
    try {
      const path = v1Path(exchange.path)
      if (path === undefined) throw routeNotFound(`There is no route ${exchange.path}.`)
      if (!allows(exchange, path)) return
      if (path.action === 'predict') this.#predict(exchange, path)
      else await this.#describe(exchange, path)
    } catch (error) {
      exchange.fail(error)
    }
  }

  #predict(exchange: Exchange, path: V1Path): void {
    const { name = '', version } = this.#resolved(path)
    this.#prediction.handle(exchange, name, version)
  }

  async #describe(exchange: Exchange, path: V1Path): Promise<void> {
    const { name, version, action } = this.#resolved(path)
    if (name === undefined) {
      const names = new Set(this.#models.list().map((model) => model.name))
      sendJson(exchange, 200, { models: [...names] })
    } else if (action === 'metadata') {
      await this.#sendMetadata(exchange, name, version)
    } else {
      this.#sendStatus(exchange, name, version)
    }
  }

  async #sendMetadata(exchange: Exchange, name: string, asked: string | undefined): Promise<void> {
    const { version, predictor } = findModel(this.#models, name, asked)
    const { describeSignature } = await import('../../protocols/v1/describe-signature.ts')
    const { inputs, outputs } = predictor
    sendJson(exchange, 200, describeSignature({ name, version, inputs, outputs }))
  }

  /** KServe's `ready`, and TensorFlow Serving's state of each version. KServe sends its probes here. */
  #sendStatus(exchange: Exchange, name: string, version: string | undefined): void {
    this.#probes.count += 1
    const versions = findVersions(this.#models, name, version).map((model) => ({
      version: model.version,
      ready: !this.#registry.draining && isModelReady(model),
    }))
    const ready = versions.every((each) => each.ready)
    sendJson(exchange, ready ? 200 : 503, { name, ready, model_version_status: versions.map(statusOf) })
  }

  /** A label is an alias of the registered model. @throws ServingError RESOURCE_DOES_NOT_EXIST */
  #resolved(path: V1Path): V1Path {
    const { name, label } = path
    if (name === undefined || label === undefined) return path
    const labelled = findVersions(this.#models, name).find(({ source }) => source.alias === label)
    if (labelled === undefined) {
      throw notFound(`No version of the model '${name}' is served under the label '${label}'.`)
    }
    return { ...path, version: labelled.version }
  }
}

function statusOf({ version, ready }: { version: string; ready: boolean }): object {
  return {
    version,
    state: ready ? 'AVAILABLE' : 'UNLOADING',
    status: { error_code: ready ? 'OK' : 'UNAVAILABLE', error_message: '' },
  }
}

/** Answers another verb than the path takes. */
function allows(exchange: Exchange, { action }: V1Path): boolean {
  const { method = '' } = exchange.request
  const allowed = action === 'predict' ? ['POST'] : ['GET', 'HEAD']
  if (allowed.includes(method)) return true
  exchange.headers.push('allow', allowed.join(', '))
  exchange.refuse(405, badRequest(`${exchange.path} takes ${allowed.join(' or ')}, not ${method}.`))
  return false
}

function sendJson(exchange: Exchange, status: number, document: unknown): void {
  exchange.send(status, 'application/json', JSON.stringify(document))
}
