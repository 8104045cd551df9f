import { AnswerRate } from './answer-rate.ts'

/** A run weighs so much in what runs are taken to last. */
const RUN_SMOOTHING = 1 / 16

/**
 * The requests of about the same size, told from those of other sizes: rows of a large request take other times than
 * small ones of one row each, and small ones overtake it. How fast they are answered is measured with whatever else
 * the model has to do meanwhile.
 */
export class SizeLane {
  /** Under way. */
  rows = 0
  readonly #rate = new AnswerRate()
  /** Milliseconds of the run that a request was part of, lately; 0 where it is not known. */
  #runMs = 0

  /** Milliseconds until those that are under way are answered; 0 where nothing is known. */
  waitMs(now: number): number {
    return this.#rate.waitMs(this.rows, now)
  }

  /** Milliseconds that one of so many rows takes itself. */
  runMs(rows: number): number {
    return this.#runMs > 0 ? this.#runMs : rows * this.#rate.rowMs
  }

  enter(rows: number, now: number): void {
    this.#rate.advance(this.rows, now)
    this.rows += rows
  }

  /** @param runMs 0 where it is not known. */
  answered(rows: number, runMs: number, now: number): void {
    this.#rate.advance(this.rows, now)
    this.#rate.answered(rows, now)
    if (runMs > 0) this.#runMs += (runMs - this.#runMs) * (this.#runMs === 0 ? 1 : RUN_SMOOTHING)
    this.rows -= rows
  }

  givenUp(rows: number, now: number): void {
    this.#rate.advance(this.rows, now)
    this.rows -= rows
  }
}

/** A lane has requests of up to so many times the rows of its smallest, as a power of two. */
const LANE_BITS = 6

/**
 * All requests of one model: up to 63 rows, up to 4,095, and so on. The lanes are wide, since what shares runs and
 * waits in one queue is foreseen best together.
 */
export class SizeLanes {
  readonly #lanes: SizeLane[] = [new SizeLane()]

  /** @param rows of a request. */
  of(rows: number): SizeLane {
    const size = rows < 1 ? 0 : Math.floor((31 - Math.clz32(rows)) / LANE_BITS)
    this.#lanes[size] ??= new SizeLane()
    return this.#lanes[size]
  }

  /** Milliseconds until all are answered that are under way; 0 where nothing is known. */
  waitMs(now: number): number {
    let longest = 0
    for (const lane of this.#lanes) longest = Math.max(longest, lane?.waitMs(now) ?? 0)
    return longest
  }
}
