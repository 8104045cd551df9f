import { invalidParameter } from '../../core/errors.ts'

/** One kind of request, sent as often as its weight says. */
export interface PlannedRequest {
  /** Under which its answers are counted. */
  readonly name: string
  /** Its share, relative to those of the other kinds; 1 unless set. */
  readonly weight?: number
  /** POST where there is a body, else GET, unless set. */
  readonly method?: string
  /** With the query, percent-encoded: `/invocations`. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/**
 * A load that does not wait for its server: requests arrive at their times whatever became of the earlier ones,
 * as those of many independent clients do.
 */
export interface LoadPlan {
  /** `http://host:port`. */
  readonly origin: string
  readonly requests: readonly PlannedRequest[]
  readonly ratePerSecond: number
  /** How arrivals follow each other; `poisson` unless set. */
  readonly arrivals?: 'poisson' | 'constant'
  /** Time that is measured, after the warm-up. */
  readonly durationMs: number
  /** Time before it, of which nothing is counted; 0 unless set. */
  readonly warmUpMs?: number
  /** From the intended arrival on, after which a request is given up and its connection closed; 30 s unless set. */
  readonly timeoutMs?: number
  /** From the intended arrival on, within which an answer is of use; `timeoutMs` unless set. */
  readonly deadlineMs?: number
  /** Connections at most, of all threads together; arrivals that find none free wait, which counts as latency. 1024 unless set. */
  readonly maxConnections?: number
  /** Threads that send; 1 unless set, which is good for ten thousand small requests a second and more. */
  readonly threads?: number
  /** Equal seeds give equal arrivals; 1 unless set. */
  readonly seed?: number
  /** The run is called invalid where one request in a hundred was sent later than this; 5 ms unless set. */
  readonly maxLagMs?: number
}

/** A plan with nothing left open. */
export type SettledPlan = Required<LoadPlan>

/** @throws ServingError INVALID_PARAMETER_VALUE for a plan that makes no sense. */
export function settlePlan(plan: LoadPlan): SettledPlan {
  const timeoutMs = plan.timeoutMs ?? 30_000
  const settled: SettledPlan = {
    arrivals: 'poisson',
    warmUpMs: 0,
    deadlineMs: timeoutMs,
    maxConnections: 1024,
    threads: 1,
    seed: 1,
    maxLagMs: 5,
    ...plan,
    timeoutMs,
  }
  checkOrigin(settled.origin)
  checkNumbers(settled)
  checkRequests(settled.requests)
  return settled
}

function checkOrigin(origin: string): void {
  if (!URL.canParse(origin) || new URL(origin).protocol !== 'http:') {
    throw invalidParameter(`A load goes to an http:// URL, not to '${origin}'`)
  }
}

function checkNumbers(plan: SettledPlan): void {
  for (const name of ['ratePerSecond', 'durationMs', 'timeoutMs', 'deadlineMs', 'maxLagMs'] as const) {
    if (!(plan[name] > 0 && plan[name] < Number.POSITIVE_INFINITY)) throw notPositive(name, plan[name])
  }
  for (const name of ['maxConnections', 'threads'] as const) {
    if (!Number.isSafeInteger(plan[name]) || plan[name] < 1) throw notPositive(name, plan[name])
  }
  if (!(plan.warmUpMs >= 0)) throw notPositive('warmUpMs', plan.warmUpMs)
  if (plan.maxConnections < plan.threads) {
    throw invalidParameter(`${plan.threads} threads need more than ${plan.maxConnections} connections`)
  }
}

function notPositive(name: string, value: number): Error {
  return invalidParameter(`The ${name} of a load cannot be ${value}`)
}

function checkRequests(requests: readonly PlannedRequest[]): void {
  if (requests.length === 0) throw invalidParameter('A load needs a request to send')
  if (new Set(requests.map(({ name }) => name)).size < requests.length) {
    throw invalidParameter('Two requests of a load have the same name')
  }
  for (const { name, weight = 1 } of requests) {
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) throw notPositive(`weight of ${name}`, weight)
  }
  if (requests.every(({ weight = 1 }) => weight === 0)) {
    throw invalidParameter('No request of a load has a weight')
  }
}
