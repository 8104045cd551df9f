import { type Fingerprint, FingerprintSet } from './fingerprint-set.ts'

const DAY_MS = 24 * 3600 * 1000

/** What an outcome has to be known by. */
export interface KnownOutcome {
  readonly print: Fingerprint
  /** Of its id, in milliseconds since 1970: the same each time that it comes. */
  readonly issuedAt: number
}

/**
 * Which outcomes have been counted, by the day on which their ids were issued. An id from before the window is late, known or not,
 * so that a day behind it can be forgotten. Memory is bounded by `most`: beyond it the oldest day goes early, and the window is
 * shorter, but no outcome is ever counted twice.
 */
export class KnownOutcomes {
  readonly #windowMs: number
  readonly #most: number
  readonly #days = new Map<number, FingerprintSet>()
  #size = 0
  /** No id that was issued before is taken. */
  #since = Number.NEGATIVE_INFINITY

  /** @param most outcomes that are known at once */
  constructor({ windowMs, most }: { readonly windowMs: number; readonly most: number }) {
    this.#windowMs = windowMs
    this.#most = most
  }

  get size(): number {
    return this.#size
  }

  isLate(issuedAt: number, now: number): boolean {
    return issuedAt < this.#since || issuedAt < now - this.#windowMs
  }

  has({ print, issuedAt }: KnownOutcome): boolean {
    return this.#days.get(dayOf(issuedAt))?.has(print) ?? false
  }

  /** @returns whether it is new */
  add({ print, issuedAt }: KnownOutcome): boolean {
    const day = dayOf(issuedAt)
    const known = this.#days.get(day) ?? new FingerprintSet()
    this.#days.set(day, known)
    if (!known.add(print)) return false
    this.#size += 1
    if (this.#size > this.#most) this.#forgetOldest()
    return true
  }

  /** Gives the memory of days back whose ids are late by now. */
  forgetLate(now: number): void {
    for (const day of this.#days.keys()) {
      if ((day + 1) * DAY_MS <= now - this.#windowMs) this.#forget(day)
    }
  }

  #forgetOldest(): void {
    const oldest = Math.min(...this.#days.keys())
    // The day that is filling up now is all that there is: it stays, and the bound with it is a day's outcomes.
    if (this.#days.size > 1) this.#forget(oldest)
  }

  /** Its ids stay late whatever the clock says later: it may have been wrong for a while, and set back. */
  #forget(day: number): void {
    this.#since = Math.max(this.#since, (day + 1) * DAY_MS)
    this.#size -= this.#days.get(day)?.size ?? 0
    this.#days.delete(day)
  }
}

function dayOf(time: number): number {
  return Math.floor(time / DAY_MS)
}
