import type { MetricFigures } from '../core/metric-figures.ts'
import { countedOf, RetiredFigures } from './retired-figures.ts'
import type { SupervisedProcess } from './supervised-process.ts'

/** A process that takes longer to give its figures is left out. */
const ANSWER_MS = 1000

/** Gathers the figures of all processes for one that is being scraped. */
export class FigureGathering {
  readonly #retired = new RetiredFigures()
  readonly #open = new Map<number, (figures: readonly MetricFigures[]) => void>()
  #lastId = 0
  /** Answers that did not come in time. */
  missed = 0

  /** Of one that does not answer, what it had counted when it last did. */
  async gather(processes: readonly SupervisedProcess[]): Promise<(readonly MetricFigures[])[]> {
    const living = await Promise.all(processes.map((process) => this.#ask(process)))
    return [...living, this.#retired.list()]
  }

  answered(id: number, figures: readonly MetricFigures[]): void {
    this.#open.get(id)?.(figures)
  }

  /** The process is gone. */
  retire({ lastFigures }: SupervisedProcess): void {
    this.#retired.add(lastFigures)
  }

  #ask(process: SupervisedProcess): Promise<readonly MetricFigures[]> {
    const id = ++this.#lastId
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.missed += 1
        settle(countedOf(process.lastFigures))
      }, ANSWER_MS)
      const settle = (figures: readonly MetricFigures[]): void => {
        clearTimeout(timer)
        this.#open.delete(id)
        resolve(figures)
      }
      this.#open.set(id, settle)
      process.send({ type: 'figures', id })
    })
  }
}
