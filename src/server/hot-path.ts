import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Exchange } from './exchange.ts'
import type { Gate } from './gate.ts'
import type { LaneAnswer } from './lane/lane-head.ts'
import { NodeHttpChannel } from './node-http-channel.ts'
import type { OpenInference } from './open-inference/inference.ts'
import { inferPath, type ModelPath } from './open-inference/model-path.ts'
import type { PlatformAnswers } from './platforms/platform-answers.ts'
import type { MlflowScoring } from './routes/mlflow-scoring.ts'
import { V1Routes } from './routes/v1.ts'

export interface HotPathInit {
  readonly gate: Gate
  readonly scoring: MlflowScoring
  readonly inference: OpenInference
  readonly v1: V1Routes
  /** Undefined where no platform asks for routes of its own. */
  readonly platform: PlatformAnswers | undefined
}

/** `/models/NAME[/versions/VERSION]/invocations`, of characters that mean themselves and no longer than the router takes. */
const SCORING_PATH = /^\/models\/([\w.~-]{1,256})(?:\/versions\/([\w.~-]{1,256}))?\/invocations$/
const PREDICT = ':predict'

/** The requests that there are most of, answered in front of the router by the handlers that it knows as well. */
export class HotPath {
  readonly #init: HotPathInit

  constructor(init: HotPathInit) {
    this.#init = init
  }

  /** A listener of node:http that gives `route` what is not literally one of these. */
  before(route: RequestListener): RequestListener {
    const { gate } = this.#init
    return (request: IncomingMessage, response: ServerResponse) => {
      const answer = this.#answerOf(request)
      if (answer === undefined) return route(request, response)
      const exchange = gate.enter(request, new NodeHttpChannel(request, response))
      if (exchange !== undefined) answer(exchange)
    }
  }

  /** What answers a POST to this path, in the lane; undefined where the router has to look at it. */
  readonly inLane = (path: string): LaneAnswer | undefined => {
    const { scoring } = this.#init
    if (path === '/invocations') return this.#score
    const asked = this.#init.platform?.answerTo('POST', path)
    if (asked !== undefined) return asked
    if (V1Routes.has(path)) return path.endsWith(PREDICT) ? this.#predict : undefined
    const scored = SCORING_PATH.exec(path)
    if (scored !== null) return (exchange) => scoring.handle(exchange, scored[1], scored[2])
    const inferred = inferPath(path)
    return inferred && this.#infer(inferred)
  }

  #answerOf({ method, url = '/' }: IncomingMessage): LaneAnswer | undefined {
    if (method === 'POST' && url === '/invocations') return this.#score
    const asked = this.#init.platform?.answerTo(method, url)
    if (asked !== undefined) return asked
    if (V1Routes.has(url)) return this.#predict
    const path = method === 'POST' ? inferPath(url) : undefined
    return path && this.#infer(path)
  }

  readonly #score = (exchange: Exchange): void => {
    this.#init.scoring.handle(exchange, undefined)
  }

  readonly #predict = (exchange: Exchange): void => {
    void this.#init.v1.handle(exchange)
  }

  #infer(path: ModelPath): LaneAnswer {
    return (exchange) => this.#init.inference.handle(exchange, path)
  }
}
