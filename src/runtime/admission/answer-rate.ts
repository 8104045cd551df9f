/** A stretch of time in which there was work: what was waiting, and what was answered. Milliseconds. */
interface Stretch {
  busyMs: number
  /** Rows under way, integrated over the time: divided by `busyMs` their mean. */
  rowMs: number
  answered: number
  /** Rows under way as it began. */
  readonly rowsAtBegin: number
  readonly begunAt: number
  endedAt: number
}

/** A stretch is this long at least … */
const STRETCH_MS = 10
/** … and has answers at so many moments: a batch of any size answers at one. */
const STRETCH_MOMENTS = 4
/** Answers closer together than this came from one run, or the runs are so short that it does not matter. */
const MOMENT_MS = 0.25
const KEPT_STRETCHES = 40
/** What is older tells nothing of now … */
const HORIZON_MS = 500
/** … unless the model is so slow that a stretch takes longer. */
const HORIZON_STRETCHES = 4
/** Of the youngest stretches, which tell first that a slow time is over. */
const YOUNGEST = 3
/**
 * The most that one look at the clock adds to the time without an answer. Where more has passed it was this thread
 * that stood still, and the answers may be there already, behind the request that is just being looked at.
 */
const LONGEST_LOOK_MS = 25
/** How long a forecast is kept before it is made anew, when no stretch has ended meanwhile. */
const FRESH_MS = 10

/**
 * How fast one model answers, and so how long a queue of rows takes: rows answered by the time there was work,
 * over about half a second. Makes no assumption on the number of threads and the size of batches; knows two things
 * of them. A longer queue is worked off no slower than a short one, so that a rate is a lower bound for all that
 * wait longer than it was measured with; and what was measured with a few rows under way tells little of many,
 * so that no forecast is above twice the time that requests were seen to stay (their mean number by their rate,
 * Little's law). Without measurements there is no forecast.
 */
export class AnswerRate {
  readonly #stretches: Stretch[] = []
  #open: Stretch | undefined
  #moments = 0
  #lastMomentAt = 0
  /** Time with work and without an answer, as far as somebody looked. */
  #silentMs = 0
  #updatedAt = 0
  /** Before the last change. */
  #rowsUnderWay = 0
  #rowMs = 0
  #mostMs = 0
  #forecastAt = Number.NEGATIVE_INFINITY

  /** Milliseconds until `rows` are answered that are under way at `now`. 0 where nothing is known. */
  waitMs(rows: number, now: number): number {
    if (rows === 0) return 0
    if (now - this.#forecastAt > FRESH_MS) this.#forecast(now)
    // What has not moved for a while may well not move for as long again.
    return Math.max(Math.min(rows * this.#rowMs, this.#mostMs), this.#open === undefined ? 0 : this.#silentMs)
  }

  /** Milliseconds a row, at the rate of the last answers. 0 where nothing is known. */
  get rowMs(): number {
    return this.#rowMs
  }

  /** To be called before the number of rows under way changes from `rows`. */
  advance(rows: number, now: number): void {
    if (rows === 0) {
      this.#silentMs = 0
      if (this.#open !== undefined && now - this.#updatedAt > HORIZON_MS) this.#open = undefined
    } else if (this.#open !== undefined) {
      const elapsed = now - this.#updatedAt
      this.#open.busyMs += elapsed
      this.#open.rowMs += elapsed * rows
      this.#silentMs += Math.min(elapsed, LONGEST_LOOK_MS)
    }
    this.#rowsUnderWay = rows
    this.#updatedAt = now
  }

  /** `rows` were answered; `advance` has been called with the same time. */
  answered(rows: number, now: number): void {
    if (this.#open === undefined || now - this.#lastMomentAt > MOMENT_MS) this.#onMoment(now)
    this.#open!.answered += rows
    this.#silentMs = 0
  }

  /** Stretches go from one moment of answers to another: what is answered in one was worked on in it. */
  #onMoment(now: number): void {
    this.#lastMomentAt = now
    this.#moments += 1
    if (this.#open !== undefined) {
      if (this.#moments <= STRETCH_MOMENTS || this.#open.busyMs < STRETCH_MS) return
      this.#open.endedAt = now
      this.#stretches.push(this.#open)
      if (this.#stretches.length > KEPT_STRETCHES) this.#stretches.shift()
    }
    const rowsAtBegin = this.#rowsUnderWay
    this.#open = { busyMs: 0, rowMs: 0, answered: 0, rowsAtBegin, begunAt: now, endedAt: now }
    this.#moments = 0
    this.#forecast(now)
  }

  #forecast(now: number): void {
    this.#forecastAt = now
    this.#forget(now)
    let deepest = 0
    for (const stretch of this.#stretches) deepest = Math.max(deepest, depthOf(stretch))
    const rate = Math.max(
      rateOf(this.#stretches.filter((stretch) => depthOf(stretch) >= deepest / 2)),
      rateOf(this.#stretches.slice(-YOUNGEST)),
    )
    this.#rowMs = rate === 0 ? 0 : 1 / rate
    this.#mostMs = rate === 0 ? 0 : (2 * deepest) / rate
  }

  #forget(now: number): void {
    while (this.#stretches.length > 0 && isStale(this.#stretches[0]!, now)) this.#stretches.shift()
  }
}

function isStale({ begunAt, endedAt }: Stretch, now: number): boolean {
  return now - endedAt > Math.max(HORIZON_MS, HORIZON_STRETCHES * (endedAt - begunAt))
}

/** Rows for which a rate was measured: where they have only just come, it was measured with what was there before. */
function depthOf({ rowMs, busyMs, rowsAtBegin }: Stretch): number {
  return Math.min(rowMs / busyMs, 2 * rowsAtBegin)
}

/** Rows a millisecond. */
function rateOf(stretches: readonly Stretch[]): number {
  let [answered, busyMs] = [0, 0]
  for (const stretch of stretches) {
    answered += stretch.answered
    busyMs += stretch.busyMs
  }
  return busyMs === 0 ? 0 : answered / busyMs
}
