/** Keys of a variant that are waited for at once; more are not. */
const MOST_WAITING = 2048

/** Keys whose outcome came before the news of the answer. */
const MOST_EARLY = 1024

/** A key whose time is up. */
export interface DueOutcome {
  readonly variant: number
  readonly key: number
  readonly isLost: boolean
}

/**
 * Which keys that were answered have an outcome within a time. A sample: keys are waited for while there is room, which has
 * nothing to do with their outcomes.
 */
export class OutcomeLoss {
  readonly #afterMs: number
  readonly #variants: readonly WaitingKeys[]

  constructor(variants: number, afterSeconds: number) {
    this.#afterMs = afterSeconds * 1000
    this.#variants = Array.from({ length: variants }, () => new WaitingKeys())
  }

  answered(variant: number, key: number, now: number): void {
    this.#variants[variant]?.answered(key, now + this.#afterMs)
  }

  outcome(variant: number, key: number): void {
    this.#variants[variant]?.outcome(key)
  }

  /** Of the keys whose time is up, each once. */
  due(now: number): readonly DueOutcome[] {
    return this.#variants.flatMap((waiting, variant) =>
      waiting.due(now).map(({ key, hasOutcome }) => ({ variant, key, isLost: !hasOutcome })),
    )
  }

  /** Keys that are held, of all variants. */
  get size(): number {
    return this.#variants.reduce((sum, { size }) => sum + size, 0)
  }
}

interface WaitingKey {
  readonly key: number
  readonly dueAt: number
  hasOutcome: boolean
}

class WaitingKeys {
  /** In the order of their times. */
  readonly #waiting = new Map<number, WaitingKey>()
  readonly #early = new Set<number>()

  get size(): number {
    return this.#waiting.size + this.#early.size
  }

  answered(key: number, dueAt: number): void {
    if (this.#waiting.size >= MOST_WAITING || this.#waiting.has(key)) return
    this.#waiting.set(key, { key, dueAt, hasOutcome: this.#early.delete(key) })
  }

  outcome(key: number): void {
    const waiting = this.#waiting.get(key)
    if (waiting !== undefined) waiting.hasOutcome = true
    else this.#keepEarly(key)
  }

  due(now: number): readonly WaitingKey[] {
    const due: WaitingKey[] = []
    for (const waiting of this.#waiting.values()) {
      if (waiting.dueAt > now) break
      due.push(waiting)
    }
    for (const { key } of due) this.#waiting.delete(key)
    return due
  }

  #keepEarly(key: number): void {
    this.#early.add(key)
    const [oldest] = this.#early
    if (this.#early.size > MOST_EARLY && oldest !== undefined) this.#early.delete(oldest)
  }
}
