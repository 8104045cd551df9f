import type { MetricFigures } from '../core/metric-figures.ts'
import type { ModelChange, NamedModels } from '../core/model-change.ts'
import type { TrafficReport } from '../core/traffic-report.ts'
import type { TuningNews } from '../core/tuning-news.ts'
import type { ChangeAnswer, Order, Report } from './process-messages.ts'

/** Whoever is told what a listener reports. */
export interface ListenerObserver {
  ready(listener: ListenerSeat, models: readonly NamedModels[]): void
  scrape(listener: ListenerSeat, id: number): void
  figures(id: number, figures: readonly MetricFigures[]): void
  change(listener: ListenerSeat, id: number, change: ModelChange): void
  done(listener: ListenerSeat, id: number, answer: ChangeAnswer): void
  tuned(listener: ListenerSeat, tuned: TuningNews): void
  rollout(listener: ListenerSeat, message: unknown): void
  exhausted(listener: ListenerSeat, reason: string): void
  finished(listener: ListenerSeat): void
}

/** One listener, seen from its group. */
export class ListenerSeat {
  /** From 1 up; whoever takes its place has the same. */
  readonly number: number
  /** It has loaded its models, and has its share of connections. */
  isReady = false
  /** It was asked to end. */
  isLeaving = false
  /** It has answered all that it had; what is left of it does nothing. */
  hasFinished = false
  /** A thread of its is in a native run that never returns. */
  isStuck = false
  /** Once it has been told to depart. */
  traffic: TrafficReport | undefined
  /** The last that it gave. */
  lastFigures: readonly MetricFigures[] = []
  readonly #post: (order: Order) => void
  readonly #observer: ListenerObserver
  #readyAt: number | undefined

  constructor(number: number, post: (order: Order) => void, observer: ListenerObserver) {
    this.number = number
    this.#post = post
    this.#observer = observer
  }

  /** Milliseconds since it was ready; 0 where it never came so far. */
  get servedMs(): number {
    return this.#readyAt === undefined ? 0 : performance.now() - this.#readyAt
  }

  send(order: Order): void {
    this.#post(order)
  }

  /** What comes from the listener. Reports about connections that are handed on do not: it has its own. */
  take(report: Report): void {
    switch (report.type) {
      case 'ready':
        this.isReady = true
        this.#readyAt = performance.now()
        this.#observer.ready(this, report.models ?? [])
        break
      case 'beat':
        this.traffic = report.traffic
        break
      case 'scrape':
        this.#observer.scrape(this, report.id)
        break
      case 'figures':
        this.lastFigures = report.figures
        this.#observer.figures(report.id, report.figures)
        break
      case 'change':
        this.#observer.change(this, report.id, report.change)
        break
      case 'done':
        this.#observer.done(this, report.id, report)
        break
      case 'tuned':
        this.#observer.tuned(this, report.tuned)
        break
      case 'rollout':
        this.#observer.rollout(this, report.message)
        break
      case 'exhausted':
        this.#observer.exhausted(this, report.reason)
        break
      case 'ended':
        this.hasFinished = true
        this.isStuck = report.isStuck
        this.#observer.finished(this)
        break
    }
  }
}
