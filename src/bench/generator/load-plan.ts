import { invalidParameter } from '../../core/errors.ts'
import type { ArrivalPattern } from '../load.ts'
import type { Dialect, ExpectedAnswer } from '../target.ts'

/** One kind of request, sent as often as its weight says. */
export interface PlannedRequest {
  /** Under which its answers are counted; several may have the same. */
  readonly name: string
  /** Its share, relative to those of the other kinds; 1 unless set. */
  readonly weight?: number
  /** POST where there is a body, else GET, unless set. */
  readonly method?: string
  /** With the query, percent-encoded: `/invocations`. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Status 200, or the code 0 of gRPC, with any body unless set. */
  readonly expected?: ExpectedAnswer
}

/**
 * A load that does not wait for its server: requests arrive at their times whatever became of the earlier ones,
 * as those of many independent clients do. Or, where it is closed, one whose clients are few and wait.
 */
export interface LoadPlan {
  /** `http://host:port`, `https:`; for gRPC `grpc:`, `grpcs:`. */
  readonly origin: string
  /** Whether certificates are taken unseen; false unless set. */
  readonly insecure?: boolean
  /** By which answers are checked that are to be; `plain` unless set. */
  readonly dialect?: Dialect
  readonly requests: readonly PlannedRequest[]
  /** In a `closed` one each of `maxConnections` connections asks as soon as it was answered; `open` unless set. */
  readonly loop?: 'open' | 'closed'
  /** Of an open loop. */
  readonly ratePerSecond?: number
  /** How arrivals of an open loop follow each other; `poisson` unless set. */
  readonly arrivals?: ArrivalPattern
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
  /** Gets a JSON line for each measured request. */
  readonly samplesFile?: string | undefined
  /** Whether progress is told once a second; false unless set. */
  readonly tellsProgress?: boolean
}

/** A plan with nothing left open. */
export type SettledPlan = Required<LoadPlan>

/** @throws ServingError INVALID_PARAMETER_VALUE for a plan that makes no sense. */
export function settlePlan(plan: LoadPlan): SettledPlan {
  const timeoutMs = plan.timeoutMs ?? 30_000
  const settled: SettledPlan = {
    insecure: false,
    dialect: 'plain',
    loop: 'open',
    ratePerSecond: 0,
    arrivals: { kind: 'poisson' },
    samplesFile: undefined,
    tellsProgress: false,
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
  if (!URL.canParse(origin) || !/^(http|https|grpc|grpcs):$/.test(new URL(origin).protocol)) {
    throw invalidParameter(`A load goes to an http, https, grpc or grpcs URL, not to '${origin}'`)
  }
}

function checkNumbers(plan: SettledPlan): void {
  for (const name of ['durationMs', 'timeoutMs', 'deadlineMs', 'maxLagMs'] as const) {
    if (!isPositive(plan[name])) throw cannotBe(name, plan[name])
  }
  for (const name of ['maxConnections', 'threads'] as const) {
    if (!Number.isSafeInteger(plan[name]) || plan[name] < 1) throw cannotBe(name, plan[name])
  }
  if (!(plan.warmUpMs >= 0)) throw cannotBe('warmUpMs', plan.warmUpMs)
  if (plan.maxConnections < plan.threads) {
    throw invalidParameter(`${plan.threads} threads need more than ${plan.maxConnections} connections`)
  }
  if (plan.loop === 'open') checkArrivals(plan)
}

function checkArrivals({ arrivals, ratePerSecond }: SettledPlan): void {
  if (!isPositive(ratePerSecond)) throw cannotBe('ratePerSecond', ratePerSecond)
  if (arrivals.kind === 'bursts' && !(Number.isSafeInteger(arrivals.size) && arrivals.size > 0)) {
    throw cannotBe('size of bursts', arrivals.size)
  }
  if (arrivals.kind !== 'trace') return
  if (arrivals.timesMs.length === 0) throw invalidParameter('A trace needs an arrival')
  let before = 0
  for (const [index, at] of arrivals.timesMs.entries()) {
    if (!(at >= before && at < Number.POSITIVE_INFINITY)) {
      throw invalidParameter(
        `Arrival ${index + 1} of a trace cannot be at ${at} ms, after one at ${before} ms`,
      )
    }
    before = at
  }
}

function isPositive(value: number): boolean {
  return value > 0 && value < Number.POSITIVE_INFINITY
}

function cannotBe(name: string, value: number): Error {
  return invalidParameter(`The ${name} of a load cannot be ${value}`)
}

function checkRequests(requests: readonly PlannedRequest[]): void {
  if (requests.length === 0) throw invalidParameter('A load needs a request to send')
  for (const { name, weight = 1 } of requests) {
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) throw cannotBe(`weight of ${name}`, weight)
  }
  if (requests.every(({ weight = 1 }) => weight === 0)) {
    throw invalidParameter('No request of a load has a weight')
  }
}
