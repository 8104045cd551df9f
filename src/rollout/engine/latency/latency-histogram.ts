/** Neighbouring buckets differ by 2.2 %, so what is read from them is off by half of it at most. */
const BUCKETS_PER_OCTAVE = 32

/** 2^-10 ms is about a microsecond, 2^22 ms are 70 minutes; what is beyond counts as one of these. */
const FIRST_OCTAVE = -10
const LAST_OCTAVE = 22
const BUCKETS = (LAST_OCTAVE - FIRST_OCTAVE) * BUCKETS_PER_OCTAVE

/** Latencies in buckets that widen with them, as HdrHistogram's do; 8 KB however many there are. */
export class LatencyHistogram {
  readonly #counts = new Float64Array(BUCKETS)
  #count = 0

  add(milliseconds: number): void {
    this.#count += 1
    const index = bucketOf(milliseconds)
    this.#counts[index]! += 1
  }

  get count(): number {
    return this.#count
  }

  /** In milliseconds; undefined where nothing was added. @param part from 0 to 1: 0.99 is the p99. */
  quantile(part: number): number | undefined {
    if (this.#count === 0) return undefined
    const rank = Math.max(1, Math.ceil(part * this.#count))
    let below = 0
    for (let index = 0; index < BUCKETS; index++) {
      below += this.#counts[index]!
      if (below >= rank) return middleOf(index)
    }
    return middleOf(BUCKETS - 1)
  }

  /** The two that people ask for. */
  summary(): { readonly p50: number; readonly p99: number } | undefined {
    const [p50, p99] = [this.quantile(0.5), this.quantile(0.99)]
    return p50 === undefined || p99 === undefined ? undefined : { p50, p99 }
  }

  clear(): void {
    this.#counts.fill(0)
    this.#count = 0
  }
}

function bucketOf(milliseconds: number): number {
  const octaves = Math.log2(Math.max(milliseconds, 2 ** FIRST_OCTAVE)) - FIRST_OCTAVE
  return Math.min(BUCKETS - 1, Math.floor(octaves * BUCKETS_PER_OCTAVE))
}

/** The geometric one, rounded to what the bucket can tell. */
function middleOf(index: number): number {
  const milliseconds = 2 ** (FIRST_OCTAVE + (index + 0.5) / BUCKETS_PER_OCTAVE)
  return Number(milliseconds.toPrecision(3))
}
