import type { MetricFigures } from '../core/metric-figures.ts'
import type { Order } from './process-messages.ts'
import { countedOf, RetiredFigures } from './retired-figures.ts'

/** A process that takes longer to give its figures is left out. */
const ANSWER_MS = 1000

/** Whoever is asked for figures: a supervised process. */
export interface FigureSource {
  /** The last that it gave. */
  readonly lastFigures: readonly MetricFigures[]
  send(order: Order): void
}

interface OpenQuestion {
  readonly source: FigureSource
  settle(figures: readonly MetricFigures[]): void
}

/** Gathers the figures of all processes for one that is being scraped. */
export class FigureGathering {
  readonly #retired = new RetiredFigures()
  readonly #open = new Map<number, OpenQuestion>()
  #lastId = 0
  /** Answers that did not come in time. */
  missed = 0

  /** Of one that does not answer, what it had counted when it last did. */
  async gather(sources: readonly FigureSource[]): Promise<(readonly MetricFigures[])[]> {
    // Before anybody is waited for: one that ends meanwhile is asked already, and would be counted twice.
    const retired = this.#retired.list()
    const living = await Promise.all(sources.map((source) => this.#ask(source)))
    return [...living, retired]
  }

  answered(id: number, figures: readonly MetricFigures[]): void {
    this.#open.get(id)?.settle(figures)
  }

  /** The process is gone. */
  retire(source: FigureSource): void {
    this.#retired.add(source.lastFigures)
    for (const question of this.#open.values()) {
      if (question.source === source) question.settle(countedOf(source.lastFigures))
    }
  }

  #ask(source: FigureSource): Promise<readonly MetricFigures[]> {
    const id = ++this.#lastId
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.missed += 1
        settle(countedOf(source.lastFigures))
      }, ANSWER_MS)
      const settle = (figures: readonly MetricFigures[]): void => {
        clearTimeout(timer)
        this.#open.delete(id)
        resolve(figures)
      }
      this.#open.set(id, { source, settle })
      source.send({ type: 'figures', id })
    })
  }
}
