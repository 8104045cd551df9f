import { badRequest } from '../../core/errors.ts'
import { availableResources } from '../../runtime/cores.ts'
import type { Exchange } from '../exchange.ts'
import type { LaneAnswer } from '../lane/lane-head.ts'
import type { ModelRequests } from '../model-requests.ts'
import { openInferenceErrorBody } from '../open-inference/error-body.ts'
import { answerReady, type HealthInit } from '../routes/health.ts'
import type { V1Prediction } from '../v1/v1-prediction.ts'
import { AzureMlScoring } from './azure-ml-scoring.ts'
import { executionParameters } from './execution-parameters.ts'
import { AZURE_LIVENESS, type PlatformRoutes } from './platform-routes.ts'

export interface PlatformAnswersInit {
  readonly routes: PlatformRoutes
  readonly requests: ModelRequests
  readonly prediction: V1Prediction
  readonly health: HealthInit
}

type Method = 'GET' | 'POST'

/** Answers the routes that platforms ask for. Some have colons in their paths, which routers do not like. */
export class PlatformAnswers {
  /** By path, then by method. */
  readonly #routes = new Map<string, Partial<Record<Method, LaneAnswer>>>()

  constructor({ routes, requests, prediction, health }: PlatformAnswersInit) {
    const { vertexPredict, vertexHealth, azureScoring = false, batchTransformBytes } = routes
    const ready: LaneAnswer = (exchange) => answerReady(exchange, health)
    if (vertexHealth !== undefined) this.#add('GET', vertexHealth, ready)
    if (vertexPredict !== undefined) {
      this.#add('POST', vertexPredict, (exchange) => {
        exchange.errorBody = openInferenceErrorBody
        prediction.handle(exchange, undefined, undefined)
      })
    }
    if (azureScoring) {
      const azure = new AzureMlScoring(requests)
      this.#add('GET', AZURE_LIVENESS, ready)
      this.#add('POST', '/score', (exchange) => azure.handle(exchange))
    }
    if (batchTransformBytes !== undefined) {
      const document = executionParameters({ ...availableResources(), bodyBytes: batchTransformBytes })
      this.#add('GET', '/execution-parameters', (exchange) => {
        exchange.send(200, 'application/json', JSON.stringify(document))
      })
    }
  }

  /** What answers this request; undefined where no platform has asked for its path. @param url with its query. */
  answerTo(method: string | undefined, url: string): LaneAnswer | undefined {
    const query = url.indexOf('?')
    const answers = this.#routes.get(query < 0 ? url : url.slice(0, query))
    if (answers === undefined) return undefined
    const answer = method === 'GET' || method === 'POST' ? answers[method] : undefined
    return answer ?? ((exchange) => refuseMethod(exchange, Object.keys(answers)))
  }

  #add(method: Method, path: string, answer: LaneAnswer): void {
    this.#routes.set(path, { ...this.#routes.get(path), [method]: answer })
  }
}

function refuseMethod(exchange: Exchange, allowed: readonly string[]): void {
  const { method = '' } = exchange.request
  exchange.headers.push('allow', allowed.join(', '))
  exchange.refuse(405, badRequest(`${exchange.path} takes ${allowed.join(' or ')}, not ${method}.`))
}
