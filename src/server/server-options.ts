import type { Logger } from 'pino'
import type { InferenceRequest, InferenceResponse } from '../core/inference.ts'
import type { AllFigures } from '../core/metric-figures.ts'
import type { BodyScorer, ScoredBody } from '../runtime/body-scorer.ts'
import type { BodyRequest, InferenceCaller, InferOptions } from '../runtime/data-plane.ts'
import type { ServedModel } from '../runtime/served-model.ts'
import type { ControlGuard } from './control-guard.ts'
import type { ModelControl } from './model-control.ts'
import type { PlatformRoutes } from './platforms/platform-routes.ts'
import type { RolloutOptions } from './rollouts/rollout-options.ts'

/** What the server asks of the model repository. */
export interface ServedModels {
  /** The model served under this name; without a version the one that requests without one mean. */
  get(name: string, version?: string): ServedModel | undefined
  /** Versions served under a name, in the order in which they were asked for; none where there is no such model. */
  versions(name: string): readonly string[]
  /** The model that a request without a name means; undefined while none is loaded. */
  default(): ServedModel | undefined
  /** Of each name the preferred version first. */
  list(): readonly ServedModel[]
  /** Every model that was asked for is loaded and proved. */
  ready(): boolean
}

/** What the server asks of the data plane: the one way to a prediction, whatever the protocol. */
export interface InferencePlane {
  infer(model: ServedModel, request: InferenceRequest, options: InferOptions): Promise<InferenceResponse>
  /**
   * `infer` without a promise.
   * @throws ServingError where it is refused at once: `caller` is told nothing then. What comes later, it is told.
   */
  submit(model: ServedModel, request: InferenceRequest, options: InferOptions, caller: InferenceCaller): void
  /** Answers a body that is decoded and encoded where the model runs. */
  score(
    model: ServedModel,
    scorer: BodyScorer,
    request: BodyRequest,
    options: InferOptions,
  ): Promise<ScoredBody>
}

/** Bounds of what one client can take from the server. Sizes in bytes, times in milliseconds. */
export interface ServerLimits {
  /** A larger request body is answered 413. */
  readonly bodyBytes: number
  /** All bodies being received, waiting or worked on together; beyond it requests are answered 503. */
  readonly bufferedBytes: number
  /** Request line and headers together; larger ones are answered 431. */
  readonly headerBytes: number
  /** From the first byte of a request to the end of its headers, else 408. */
  readonly headersTimeoutMs: number
  /** From the headers to the end of the body, else 408. */
  readonly bodyTimeoutMs: number
  /** From the body's end to the answer, else 504. `X-Headrace-Timeout-Ms` shortens it for one request. */
  readonly requestTimeoutMs: number
  /** How long an idle connection is kept. Above the 60 s of the usual balancers, which must close first. */
  readonly keepAliveTimeoutMs: number
}

export const DEFAULT_LIMITS: ServerLimits = {
  bodyBytes: 100 * 1024 * 1024,
  bufferedBytes: 400 * 1024 * 1024,
  headerBytes: 16 * 1024,
  headersTimeoutMs: 20_000,
  bodyTimeoutMs: 120_000,
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 75_000,
}

export interface ServerOptions {
  readonly models: ServedModels
  readonly dataPlane: InferencePlane
  readonly logger: Logger
  readonly limits?: Partial<ServerLimits>
  /** One of them is needed by every request but those to the health routes; none where there are none. */
  readonly apiKeys?: readonly string[]
  /** Origins whose pages may read replies; `*` for all. None when empty. */
  readonly corsOrigins?: readonly string[]
  /** Paths of PEM files, both or neither: HTTPS instead of HTTP. */
  readonly sslCertfile?: string
  readonly sslKeyfile?: string
  /** Reads ordinary requests without node:http (docs/http-lane.md); true unless set. */
  readonly lane?: boolean
  /** One log line for every request, instead of for slow and failed ones only. */
  readonly accessLog?: boolean
  /** Headrace's own, as clients are told; empty unless set. */
  readonly version?: string
  /** Loads and unloads models while the server runs; without it the control routes answer that there is no such thing. */
  readonly control?: ModelControl
  /** Who may use it; nobody unless set. */
  readonly controlGuard?: ControlGuard
  /** Two versions at once: split, canary, shadow. Without it a request costs nothing more. */
  readonly rollouts?: RolloutOptions
  /** Those of the platform that runs the container; none unless set. */
  readonly platformRoutes?: PlatformRoutes
  /** Of all processes, where this one is not the only. */
  readonly allFigures?: AllFigures
}
