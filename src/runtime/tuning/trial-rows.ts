import { ServingError } from '../../core/errors.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { IdleRuns } from './idle-runs.ts'
import { NotBatched } from './not-batched.ts'
import { areSame, isSame, type TrialRow } from './trial-row.ts'
import { variedRows } from './varied-rows.ts'

/** Fewer prove nothing. */
export const FEWEST_ROWS = 4
export const MOST_ROWS = 16
/** What may be spent on answers to single rows, in milliseconds; the fewest rows are asked whatever it takes. */
const ALONE_MS = 400
/** Copies that the model refuses, or answers as it answered others, until no more are tried. */
const MOST_FAILURES = 24

export interface TrialRowsOptions {
  readonly runs: IdleRuns
  /** Rows that the model may take. */
  readonly candidates: readonly TensorMap[]
  readonly rowMs: number
  /** Whether they are to prove anything; to measure with, a single row will do. */
  readonly proves: boolean
  /** The name of an input that is left as it is in copies: a mask. */
  readonly kept?: string
}

/**
 * Rows that differ and that the model takes, with its answers: the candidates, and copies of them with other values,
 * of which there is at least one where it takes any.
 * @throws NotBatched where there are too few, or all are answered alike.
 */
export async function collectTrialRows(options: TrialRowsOptions): Promise<TrialRow[]> {
  const collection = new Collection(options)
  await collection.take()
  if (!options.proves && collection.rows.length > 0) return collection.rows
  if (collection.rows.length < FEWEST_ROWS) {
    throw new NotBatched(
      `only ${collection.rows.length} rows that differ are accepted by the model, which prove nothing: an input example of ${FEWEST_ROWS} rows or more helps`,
    )
  }
  if (!collection.hasVaryingOutput) {
    throw new NotBatched('all rows are answered alike, each alone, which proves nothing')
  }
  return collection.rows
}

/** Of every known row, and of those that the model refused. */
class Collection {
  readonly rows: TrialRow[] = []
  readonly #options: TrialRowsOptions
  readonly #most: number
  readonly #varying = new Set<string>()
  #failures = 0

  constructor(options: TrialRowsOptions) {
    this.#options = options
    const affordable = Math.floor(ALONE_MS / Math.max(options.rowMs, 1e-3))
    this.#most = Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, affordable))
  }

  get hasVaryingOutput(): boolean {
    return this.#varying.size > 0
  }

  async take(): Promise<void> {
    const { candidates, kept } = this.#options
    const originals = candidates.slice(0, Math.max(FEWEST_ROWS, this.#most - FEWEST_ROWS))
    for (const row of originals) await this.#try(row)
    if (this.rows.length === 0) return
    for (const row of variedRows(
      this.rows.map(({ inputs }) => inputs),
      kept,
    )) {
      if (this.#isComplete() || this.#failures >= MOST_FAILURES) return
      await this.#try(row)
    }
  }

  /** Outputs that do not vary are given a few rows more to do so. */
  #isComplete(): boolean {
    const { length } = this.rows
    if (length < this.#most) return false
    const outputs = this.rows[0]!.outputs.size
    return this.#varying.size === outputs || length >= this.#most + FEWEST_ROWS
  }

  async #try(inputs: TensorMap): Promise<void> {
    const outputs = this.rows.some((row) => areSame(row.inputs, inputs)) ? undefined : await this.#ask(inputs)
    if (outputs === undefined) {
      this.#failures += 1
      return
    }
    for (const [name, { shape }] of outputs) {
      if (shape[0] !== 1)
        throw new NotBatched(`its output '${name}' does not have one row for each of its input`)
    }
    const first = this.rows[0]
    if (first !== undefined) this.#noteVarying(first.outputs, outputs)
    this.rows.push({ inputs, outputs })
  }

  async #ask(inputs: TensorMap): Promise<TensorMap | undefined> {
    try {
      return (await this.#options.runs.run(inputs, this.#options.rowMs)).outputs
    } catch (error) {
      if (error instanceof ServingError && error.code === 'BAD_REQUEST') return undefined
      throw error
    }
  }

  #noteVarying(some: TensorMap, others: TensorMap): void {
    for (const [name, tensor] of some) if (!isSame(tensor, others.get(name))) this.#varying.add(name)
  }
}
