import { Buckets, LATENCY_BOUNDS } from '../metrics/buckets.ts'
import type { LoggedRequest } from '../request-log.ts'

/** What was counted for the requests to one route. */
export interface RouteFigures {
  /** Answers by HTTP status. */
  readonly answers: Map<number, number>
  readonly seconds: Buckets
}

/** Counts every request as it ends. Routes are those of the table, so that there are only so many. */
export class TrackingMetrics {
  readonly byRoute = new Map<string, RouteFigures>()

  record({ route = '', status }: LoggedRequest, totalMs: number): void {
    let figures = this.byRoute.get(route)
    if (figures === undefined) {
      figures = { answers: new Map(), seconds: new Buckets(LATENCY_BOUNDS) }
      this.byRoute.set(route, figures)
    }
    figures.answers.set(status, (figures.answers.get(status) ?? 0) + 1)
    figures.seconds.observe(totalMs / 1000)
  }
}
