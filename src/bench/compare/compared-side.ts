import type { Measurement } from '../measurement.ts'
import type { FoundMax } from '../search/found-max.ts'

/** What one target showed, round after round: the rounds of all sides were measured in turn (`interleaved`). */
export interface ComparedSide {
  readonly name: string
  /** At least one; all of loads of one kind. */
  readonly rounds: readonly Measurement[]
  /** Where the largest rate was searched for: it is what is compared then, with the interval of the search. */
  readonly found?: FoundMax | undefined
}
