/** Fewer events of the control say too little of its rate. */
export const ENOUGH_EVENTS = 100

/** Of the last events, which show what is the matter right now. */
const RECENT = 50
const ENOUGH_RECENT_EVENTS = 10

/** Standard errors above what was seen: the control's rate is rarely higher. */
const MARGIN = 2

/** How often something bad is seen of the control: a variant for which it is no more often is not at fault. */
export class ControlRate {
  readonly #recent = new Uint8Array(RECENT)
  #events = 0
  #bad = 0
  #recentBad = 0

  get events(): number {
    return this.#events
  }

  add(isBad: boolean): void {
    const place = this.#events % RECENT
    const bit = isBad ? 1 : 0
    this.#recentBad += bit - this.#recent[place]!
    this.#recent[place] = bit
    this.#events += 1
    this.#bad += bit
  }

  /**
   * What is taken for harmless, given that `floor` is: more than that only where the control has had more, and then up to the
   * upper bound of its rate.
   */
  allowedRate(floor: number): number {
    return this.#events < ENOUGH_EVENTS ? floor : atLeast(floor, this.#bad, this.#events)
  }

  /** The rate of its last events alone, where there are some. */
  get recentRate(): number {
    const events = Math.min(this.#events, RECENT)
    return events < ENOUGH_RECENT_EVENTS ? 0 : this.#recentBad / events
  }
}

function atLeast(floor: number, bad: number, events: number): number {
  const rate = bad / events
  if (rate <= floor) return floor
  return Math.min(1, rate + MARGIN * Math.sqrt((rate * (1 - rate)) / events))
}
