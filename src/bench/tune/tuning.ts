import type { Measurement } from '../measurement.ts'
import type { Candidate } from './candidate.ts'
import type { Rung } from './race.ts'

/** By what candidates are compared. */
export type Score =
  /** Answers a second of a closed loop: a short measurement tells it. */
  | 'throughput'
  /** The largest rate of Poisson arrivals within the limit. */
  | 'rate-within-limit'

export interface TuneRung extends Rung {
  readonly by: Score
}

/** Who measures servers with some settings. */
export interface TuningBench {
  /**
   * Starts a server, measures it and ends it.
   * @returns undefined where it does not serve, or answers nothing. @throws ServingError where that is the default
   */
  score(candidate: Candidate, rung: TuneRung): Promise<number | undefined>
  /**
   * A server with the default settings and one with others, round after round in turn.
   * @param ratePerSecond of the open load that both get; a closed loop unless set.
   */
  sideBySide(candidate: Candidate, ratePerSecond: number | undefined): Promise<SideBySide>
}

/** Of both the same rounds. */
export interface SideBySide {
  readonly standard: readonly Measurement[]
  readonly found: readonly Measurement[]
}

/** What was tried, and how it ended. */
export interface Tuning {
  readonly tried: readonly TriedCandidate[]
  /** The default where nothing was proved to be better. */
  readonly chosen: Candidate
  /** Why, in sentences. */
  readonly reasons: readonly string[]
}

export interface TriedCandidate {
  readonly candidate: Candidate
  readonly throughput: number | undefined
  /** Undefined as well where it was given up before. */
  readonly rateWithinLimit: number | undefined
}
