/** Upper bounds in seconds: from a tiny model inline to the default request time-out. */
export const LATENCY_BOUNDS: readonly number[] = [
  ...[0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025],
  ...[0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
]

export const BATCH_ROW_BOUNDS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16384]

/** A histogram as plain numbers: an observation costs a short search and two additions. */
export class Buckets {
  readonly bounds: readonly number[]
  /** Observations in each bucket alone (not cumulated), the last one beyond all bounds. */
  readonly counts: Float64Array
  sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
  }

  observe(value: number): void {
    const { bounds } = this
    let index = 0
    while (index < bounds.length && value > bounds[index]!) index += 1
    this.counts[index]! += 1
    this.sum += value
  }
}
