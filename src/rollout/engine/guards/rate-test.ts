import { GuardTest } from '../../statistics/guard-test.ts'

/** Events of a window. */
const WINDOW = 200

/** Of alpha, for the test of all events; the windows share the rest. */
const PART_OF_ALL = 0.9

/**
 * A guard's test that also notices what begins late. After 100,000 good events the test of all of them would need 2,000 bad
 * ones; so of every 200 events there is another one. Each has a part of alpha: nine tenths the test of all, of the rest
 * 1 / (k (k + 1)) the window k = 1, 2, …, which adds up to alpha for a rollout of any length (union bound). E-values are
 * multiplied by these parts, so 1 / alpha is the limit for all.
 */
export class RateTest {
  readonly allowedRate: number
  readonly #all: GuardTest
  #window: GuardTest
  #windows = 1

  constructor(allowedRate: number) {
    this.allowedRate = allowedRate
    this.#all = new GuardTest(allowedRate)
    this.#window = new GuardTest(allowedRate)
  }

  get events(): number {
    return this.#all.events
  }

  get badEvents(): number {
    return this.#all.badEvents
  }

  add(isBad: boolean): void {
    if (this.#window.events >= WINDOW) {
      this.#window = new GuardTest(this.allowedRate)
      this.#windows += 1
    }
    this.#all.add(isBad)
    this.#window.add(isBad)
  }

  get eValue(): number {
    return Math.max(this.#ofAll, this.#ofWindow)
  }

  /** Of all events or of the last window, whatever says more. */
  get telling(): { readonly events: number; readonly badEvents: number } {
    const { events, badEvents } = this.#ofWindow > this.#ofAll ? this.#window : this.#all
    return { events, badEvents }
  }

  /** The same events by a higher rate; their order does not matter to an e-value. */
  raised(allowedRate: number): RateTest {
    const raised = new RateTest(allowedRate)
    raised.#windows = this.#windows
    repeat(this.#all, raised.#all)
    repeat(this.#window, raised.#window)
    return raised
  }

  get #ofAll(): number {
    return PART_OF_ALL * this.#all.eValue
  }

  get #ofWindow(): number {
    return ((1 - PART_OF_ALL) / (this.#windows * (this.#windows + 1))) * this.#window.eValue
  }
}

function repeat({ events, badEvents }: GuardTest, test: GuardTest): void {
  for (let event = 0; event < events; event++) test.add(event >= events - badEvents)
}
