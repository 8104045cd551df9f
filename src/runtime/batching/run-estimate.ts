/** Runs of fewer rows say little about what a row costs. */
const TELLING_ROWS = 8
const SMOOTHING = 1 / 8
/** One slow run may be the machine's fault. */
const MOST_GROWTH = 4

/**
 * How long a run will take, for a model that nobody has measured but with one row. A row among many is cheaper than
 * a row alone, which the runs themselves show.
 */
export class RunEstimate {
  readonly #singleRowMs: number
  #rowMs: number

  /** @param singleRowMs the measured time of a run of one row, in milliseconds. */
  constructor(singleRowMs: number) {
    this.#singleRowMs = singleRowMs
    this.#rowMs = singleRowMs
  }

  /** In milliseconds. */
  runMs(rows: number): number {
    return rows < TELLING_ROWS ? rows * this.#singleRowMs : rows * this.#rowMs
  }

  /** @param computeMs what a run of so many rows has taken. */
  learn(rows: number, computeMs: number): void {
    if (rows < TELLING_ROWS || computeMs <= 0) return
    const seen = Math.min(computeMs / rows, MOST_GROWTH * this.#rowMs)
    this.#rowMs += (seen - this.#rowMs) * SMOOTHING
  }
}
