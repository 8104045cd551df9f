import type { Timing } from '../../core/timing.ts'

/** Up to so many rows each size is counted alone; beyond, all up to the next power of two together. */
const EXACT_ROWS = 64
/** Of a batch of 2^31 rows. */
const SIZES = EXACT_ROWS + 1 + 31 - Math.log2(EXACT_ROWS)

/** Runs of one number of rows; times in milliseconds. */
export interface RunFigure {
  /** The most rows that one of them had. */
  readonly rows: number
  readonly runs: number
  readonly parse: number
  readonly compute: number
  readonly serialise: number
}

/** Counts the runs of a model by their rows, from what the requests tell that they were made for. */
export class RunFigures {
  readonly #runs = new Float64Array(SIZES)
  readonly #parse = new Float64Array(SIZES)
  readonly #compute = new Float64Array(SIZES)
  readonly #serialise = new Float64Array(SIZES)

  /** Its run counts as much as it was the request's: four requests of a row each in a run of four are a quarter each. */
  record({ rows, batchRows, parse, compute, serialise }: Timing): void {
    if (batchRows === 0) return
    const size = sizeOf(batchRows)
    const share = rows / batchRows
    this.#runs[size]! += share
    this.#parse[size]! += parse
    this.#compute[size]! += compute * Math.min(1, share)
    this.#serialise[size]! += serialise
  }

  /** All runs, of whatever size. Parts of runs whose other requests have failed may be left, or are still to come. */
  get count(): number {
    let count = 0
    for (const runs of this.#runs) count += runs
    return count
  }

  *bySize(): Iterable<RunFigure> {
    for (const [size, runs] of this.#runs.entries()) {
      if (runs > 0) {
        yield {
          ...{ rows: mostRows(size), runs },
          parse: this.#parse[size]!,
          compute: this.#compute[size]!,
          serialise: this.#serialise[size]!,
        }
      }
    }
  }
}

function sizeOf(rows: number): number {
  return rows <= EXACT_ROWS ? rows : EXACT_ROWS + Math.ceil(Math.log2(rows / EXACT_ROWS))
}

function mostRows(size: number): number {
  return size <= EXACT_ROWS ? size : EXACT_ROWS * 2 ** (size - EXACT_ROWS)
}
