/** Fewer events of the control say too little of its rate. */
export const ENOUGH_EVENTS = 50

/** Standard errors above what was seen: the control's rate is rarely higher. */
const MARGIN = 2

/** Of how many of the last events how many have to be bad to be trouble, and no chance; the most events last. */
const TROUBLE = [
  { events: 10, bad: 2 },
  { events: 20, bad: 3 },
  { events: 50, bad: 3 },
] as const
const MOST_RECENT = 50

/** How often something bad is seen of the control: a variant for which it is no more often is not at fault. */
export class ControlRate {
  /** The last ones, in a ring: 1 is bad. */
  readonly #recent = new Uint8Array(MOST_RECENT)
  #events = 0
  #bad = 0

  get events(): number {
    return this.#events
  }

  add(isBad: boolean): void {
    this.#recent[this.#events % MOST_RECENT] = isBad ? 1 : 0
    this.#events += 1
    if (isBad) this.#bad += 1
  }

  /**
   * What is taken for harmless, given that `floor` is: more than that only where the control has had more, and then up to the
   * upper bound of its rate.
   */
  allowedRate(floor: number): number {
    const rate = this.#bad / this.#events
    if (this.#events < ENOUGH_EVENTS || rate <= floor) return floor
    return Math.min(1, rate + MARGIN * Math.sqrt((rate * (1 - rate)) / this.#events))
  }

  /** The highest rate of its last events, where it is in trouble just now; else 0. */
  get recentRate(): number {
    let [bad, looked, highest] = [0, 0, 0]
    for (const trouble of TROUBLE) {
      for (; looked < Math.min(trouble.events, this.#events); looked++) bad += this.#back(looked)
      if (bad >= trouble.bad) highest = Math.max(highest, bad / looked)
    }
    return highest
  }

  /** Whether an event was bad; 0 is the last one. */
  #back(events: number): number {
    return this.#recent[(this.#events - 1 - events) % MOST_RECENT] ?? 0
  }
}
