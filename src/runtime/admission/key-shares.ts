/** What one API key has under way. */
interface Holding {
  requests: number
  rows: number
  askedAt: number
}

/** How much of a queue is taken, each part of what there is: 1 is all of it. */
export interface QueueUse {
  readonly requests: number
  readonly rows: number
  readonly wait: number
}

/** From this part of the queue on a key is held to its share. */
const PRESSURE = 0.5
/** A key that asked not longer ago than this has a share: also one that was refused, and will come back. */
const ACTIVE_MS = 10_000

/** Who holds how much of one model's queue, by API key. */
export class KeyShares {
  readonly #holdings: (Holding | undefined)[] = []

  /**
   * Whether `key` holds more than its share of a queue that is under pressure: an equal part for each key that
   * is being used. A key that is used alone has all of it.
   * @param queue what all of them hold.
   */
  isOver(key: number, now: number, use: QueueUse, queue: { requests: number; rows: number }): boolean {
    const holding = this.#of(key)
    holding.askedAt = now
    if (use.requests < PRESSURE && use.rows < PRESSURE && use.wait < PRESSURE) return false
    const keys = this.#keysInUse(now)
    if (keys < 2) return false
    const partOfRows = queue.rows === 0 ? 0 : holding.rows / queue.rows
    const partOfRequests = queue.requests === 0 ? 0 : holding.requests / queue.requests
    return Math.max(use.requests * partOfRequests, Math.max(use.rows, use.wait) * partOfRows) * keys >= 1
  }

  enter(key: number, rows: number): void {
    const holding = this.#of(key)
    holding.requests += 1
    holding.rows += rows
  }

  leave(key: number, rows: number): void {
    const holding = this.#of(key)
    holding.requests -= 1
    holding.rows -= rows
  }

  #of(key: number): Holding {
    this.#holdings[key] ??= { requests: 0, rows: 0, askedAt: Number.NEGATIVE_INFINITY }
    return this.#holdings[key]
  }

  #keysInUse(now: number): number {
    let count = 0
    for (const holding of this.#holdings) {
      if (holding !== undefined && (holding.requests > 0 || now - holding.askedAt < ACTIVE_MS)) count += 1
    }
    return count
  }
}
