import { fileURLToPath } from 'node:url'
import { headerLines, runGenerator } from './generator.ts'

const SCRIPT = fileURLToPath(new URL('./wrk.lua', import.meta.url))
const TIMEOUT_S = 20

export interface ClosedLoopPlan {
  readonly url: string
  /** File that holds the request's body. */
  readonly bodyFile: string
  /** Beside `content-type: application/json`, which they may replace. */
  readonly headers?: Readonly<Record<string, string>>
  /** Each has one request under way at a time. */
  readonly connections: number
  /** A whole number. */
  readonly seconds: number
  /** CPUs of the generator, as taskset takes them. */
  readonly cpus: string
}

export interface ClosedFigures {
  /** As long as it took. */
  readonly seconds: number
  /** Answered below 400. */
  readonly requests: number
  readonly requestsPerSecond: number
  readonly failed: number
  readonly failures: ClosedFailures
  /**
   * Latencies of all that was answered within the time-out, also where it was an error. wrk adds to them: for each
   * much longer than the mean it makes up those that would have been sent meanwhile. So one stall of a server that
   * is fast otherwise moves all percentiles, most with one connection; the maximum is as it was measured.
   */
  readonly p50Us: number
  readonly p90Us: number
  readonly p99Us: number
  readonly p999Us: number
  readonly maxUs: number
}

export interface ClosedFailures {
  /** Answered 400 or above. */
  readonly status: number
  /** Connections that were closed, or broke, while a request was under way. */
  readonly read: number
  readonly write: number
  readonly connect: number
  /** Answered after more than 20 s. */
  readonly timeout: number
}

interface WrkResult extends ClosedFailures {
  readonly replies: number
  readonly durationUs: number
  readonly p50Us: number
  readonly p90Us: number
  readonly p99Us: number
  readonly p999Us: number
  readonly maxUs: number
}

/**
 * One closed-loop load by wrk (Debian's package). What is still unanswered at the end is left out, so the rate
 * of a server that takes seconds for an answer comes out too low.
 * @throws Error where nobody accepts connections
 */
export async function closedLoop(plan: ClosedLoopPlan): Promise<ClosedFigures> {
  const result = await runGenerator({
    ...{ program: 'wrk', args: wrkArguments(plan), cpus: plan.cpus },
    env: { BODY: plan.bodyFile, HEADERS: headerLines(plan.headers).join('\n') },
  })
  return figures(result as WrkResult)
}

/** wrk divides its connections among its threads, and forgets the rest. */
function wrkArguments({ url, connections, seconds }: ClosedLoopPlan): readonly string[] {
  const threads = connections % 2 === 0 ? 2 : 1
  const size = [`-t${threads}`, `-c${connections}`, `-d${Math.ceil(seconds)}s`]
  return [...size, '--timeout', `${TIMEOUT_S}s`, '-s', SCRIPT, url]
}

function figures({ replies, durationUs, ...raw }: WrkResult): ClosedFigures {
  const { p50Us, p90Us, p99Us, p999Us, maxUs, ...failures } = raw
  const seconds = durationUs / 1e6
  const requests = Math.max(0, replies - failures.status - failures.timeout)
  return {
    ...{ seconds, requests, requestsPerSecond: requests / seconds },
    failed: Object.values(failures).reduce((sum, count) => sum + count, 0),
    ...{ failures, p50Us, p90Us, p99Us, p999Us, maxUs },
  }
}
