import { KeyCap } from './key-cap.ts'

/** So that a key that comes for weeks is heard again. */
const RENEWED_AFTER_MS = 600_000

/**
 * Which events of a variant its guards count: of a key three in ten minutes, and of these at most three bad ones in a step
 * of the rollout. Whether an event is among the first is known before it is judged, and only bad ones are left out later, so
 * a guard never sees a larger part of bad events than there is.
 */
export class CountedEvents {
  readonly #all = new KeyCap()
  readonly #bad = new KeyCap()
  #renewedAt: number

  constructor(now: number) {
    this.#renewedAt = now
  }

  counts(key: number, isBad: boolean): boolean {
    return this.#all.take(key) && (!isBad || this.#bad.take(key))
  }

  renew(now: number): void {
    // Before now or after: the clock may have been set back.
    if (Math.abs(now - this.#renewedAt) < RENEWED_AFTER_MS) return
    this.#renewedAt = now
    this.#all.clear()
  }

  /** At a new step of the rollout. */
  clear(now: number): void {
    this.#renewedAt = now
    this.#all.clear()
    this.#bad.clear()
  }
}
