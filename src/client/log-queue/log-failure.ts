import { ServingError } from '../../core/errors.ts'
import type { LogBatch } from '../api/metric-client.ts'

/** What could not be logged, and why. */
export interface LogFailure extends WholeBatch {
  readonly runId: string
  readonly error: ServingError
}

export type WholeBatch = { readonly [Part in keyof LogBatch]-?: NonNullable<LogBatch[Part]> }

/** Of how many failures a queue keeps what was lost; of all others the number alone. */
const MOST_KEPT = 1000

/** The failures of a queue that nobody was told of. */
export class FailureList {
  readonly #kept: LogFailure[] = []
  #entries = 0

  add(failure: LogFailure): void {
    this.#entries += countOf(failure)
    if (this.#kept.length < MOST_KEPT) this.#kept.push(failure)
  }

  get isEmpty(): boolean {
    return this.#kept.length === 0
  }

  /** The error for all of them, which are told with it; undefined where there are none. */
  take(): LogFailuresError | undefined {
    const [first] = this.#kept
    if (first === undefined) return undefined
    const error = new LogFailuresError(this.#kept.splice(0), this.#entries, first)
    this.#entries = 0
    return error
  }
}

/** Some of what was logged to a run is not there. */
export class LogFailuresError extends ServingError {
  /** In the order in which they came; the first thousand. */
  readonly failures: readonly LogFailure[]

  constructor(failures: readonly LogFailure[], entries: number, first: LogFailure) {
    super(
      first.error.code,
      `${entries} of what was logged to run ${first.runId} could not be: ${first.error.message}`,
      { cause: first.error },
    )
    this.failures = failures
  }
}

function countOf({ metrics, params, tags }: WholeBatch): number {
  return metrics.length + params.length + tags.length
}
