import { headerLines, runGenerator } from './generator.ts'
import { openLoopProgram } from './open-loop-program.ts'

export interface OpenLoopPlan {
  /** On this machine. */
  readonly url: string
  /** File that holds the request's body. */
  readonly bodyFile: string
  /** Beside `content-type: application/json`, which they may replace. */
  readonly headers?: Readonly<Record<string, string>>
  /** Requests a second, on average. */
  readonly rate: number
  readonly seconds: number
  /** Before those: sent alike, and not counted. */
  readonly warmSeconds: number
  /** After those: for what has not been answered. 3 unless set. */
  readonly drainSeconds?: number
  /** The same seed gives the same arrivals. */
  readonly seed: number
  readonly connections: number
  /** CPUs of the generator, as taskset takes them: one, which it keeps busy. */
  readonly cpus: string
}

/** Of the requests that were due in the counted time. */
export interface OpenFigures {
  readonly rate: number
  readonly seconds: number
  readonly due: number
  readonly sent: number
  /** With a status from 200 to 299. */
  readonly answered: number
  /** Answered otherwise, or not at all because the connection was closed. */
  readonly failed: number
  readonly failures: OpenFailures
  /** Neither answered nor failed when the time for that was over. */
  readonly unanswered: number
  /** Connections that were refused, and new ones that were opened in the place of those that ended. */
  readonly refusedConnections: number
  readonly reconnects: number
  /** From when each was due; what was not answered well counts as endless, which is null. */
  readonly p50Us: number | null
  readonly p99Us: number | null
  readonly p999Us: number | null
  readonly maxUs: number | null
  /** 99 of 100 requests left at most so late although a connection was free. */
  readonly lateP99Us: number
  /**
   * Of the time, in which the generator was at work. Near 1 it was the limit: then it also reads replies late, which
   * looks like a slow server and not like late requests. It sends and reads at least 60,000 small requests a second on
   * one CPU of a cloud server from 2024, where a server of a few lines of C answers them.
   */
  readonly busyShare: number
}

export interface OpenFailures {
  /** Answered with another status. */
  readonly status: number
  /** The connection ended while a request was under way. */
  readonly closed: number
  /** Answered with what is no HTTP/1.1. */
  readonly malformed: number
}

interface Result extends OpenFailures {
  readonly due: number
  readonly sent: number
  readonly answered: number
  readonly refusedConnections: number
  readonly reconnects: number
  readonly p50Us: number | null
  readonly p99Us: number | null
  readonly p999Us: number | null
  readonly maxUs: number | null
  /** Null where nothing was sent. */
  readonly lateP99Us: number | null
  readonly busyShare: number
}

const DRAIN_SECONDS = 3

/**
 * One load of Poisson arrivals, sent when they are due whatever became of the earlier ones.
 * @throws Error where nobody accepts connections, or there is no C compiler
 */
export async function openLoop(plan: OpenLoopPlan): Promise<OpenFigures> {
  const args = programArguments(plan)
  const result = await runGenerator({ program: openLoopProgram(), args, cpus: plan.cpus })
  return figures(plan, result as Result)
}

function programArguments(plan: OpenLoopPlan): readonly string[] {
  const { port, pathname, search } = new URL(plan.url)
  const { rate, seconds, warmSeconds, drainSeconds = DRAIN_SECONDS, seed, connections } = plan
  const numbers = [rate, seconds, warmSeconds, drainSeconds, seed, connections].map(String)
  return [port || '80', `${pathname}${search}`, plan.bodyFile, ...numbers, ...headerLines(plan.headers)]
}

function figures({ rate, seconds }: OpenLoopPlan, result: Result): OpenFigures {
  const { status, closed, malformed, lateP99Us, ...rest } = result
  const failed = status + closed + malformed
  return {
    ...{ rate, seconds, ...rest },
    ...{ failed, failures: { status, closed, malformed } },
    unanswered: rest.due - rest.answered - failed,
    lateP99Us: lateP99Us ?? 0,
  }
}
