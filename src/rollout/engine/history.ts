import type { HistoryPoint } from '../rollout-view.ts'

/** Twice as many as a picture needs: half of them are left when they are thinned. */
const MOST_POINTS = 200

const FIRST_INTERVAL_MS = 5000

/** Points over time, at equal distances that double each time there are too many of them. */
export class History {
  #points: readonly HistoryPoint[] = []
  #intervalMs = FIRST_INTERVAL_MS

  get points(): readonly HistoryPoint[] {
    return this.#points
  }

  /** Whether it is time for a point. */
  isDue(now: number): boolean {
    const last = this.#points.at(-1)
    return last === undefined || Math.abs(now - last.at) >= this.#intervalMs
  }

  add(point: HistoryPoint): void {
    this.#points = [...this.#points, point]
    if (this.#points.length > MOST_POINTS) this.#thin()
  }

  /** Without every other point, but for the first and the last. */
  #thin(): void {
    const last = this.#points.length - 1
    this.#points = this.#points.filter((_, i) => i % 2 === 0 || i === last)
    this.#intervalMs *= 2
  }
}
