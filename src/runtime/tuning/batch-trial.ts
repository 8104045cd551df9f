import { messageOf, ServingError } from '../../core/errors.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { RowJoining } from '../batching/row-joining.ts'
import { firstDifference } from './compare-outputs.ts'
import type { IdleRuns } from './idle-runs.ts'
import { MeasuredTimes } from './measured-times.ts'
import { NotBatched } from './not-batched.ts'
import { seededNumbers } from './seeded-numbers.ts'
import { areSame, type TrialRow } from './trial-row.ts'

export interface BatchTrialOptions {
  readonly runs: IdleRuns
  readonly rows: readonly TrialRow[]
  readonly joining: RowJoining
  /** Whether what a batch answers is compared with what its rows were answered alone. */
  readonly proves: boolean
  /** Warms every thread of a pool with what one of them has answered. */
  readonly threads: 'one' | 'all'
}

/** Runs rows of which the answers are known in batches, each of another order, compares and times them. */
export class BatchTrial {
  readonly times = new MeasuredTimes()
  readonly #options: BatchTrialOptions
  readonly #next = seededNumbers(1)
  readonly #warmed = new Set<number>()
  /** Rows whose labels were others, though only where their scores are equal. */
  readonly #excused = new Set<TrialRow>()
  #turn = 0

  constructor(options: BatchTrialOptions) {
    this.#options = options
  }

  /**
   * Runs one batch of so many rows.
   * @returns what the engine took, in milliseconds.
   * @throws NotBatched where a row is not answered as it is alone; ServingError, TuningStopped.
   */
  async run(size: number): Promise<number> {
    const rows = this.#nextArrangement(size)
    const parts = rows.map(({ inputs }) => inputs)
    const inputs = this.#options.joining.join(parts)
    const { outputs, ms } = await this.#ask(inputs, size)
    this.times.note(size, ms)
    if (this.#options.proves) await this.#check(rows, outputs)
    return ms
  }

  /** Runs a batch of so many rows in every thread, if that was not done yet. @throws ServingError, TuningStopped */
  async warm(size: number): Promise<void> {
    const { joining, runs, threads } = this.#options
    if (threads === 'one' || this.#warmed.has(size)) return
    this.#warmed.add(size)
    const inputs = joining.join(this.#mixed(size).map((row) => row.inputs))
    await runs.everywhere(inputs, this.times.predict(size))
  }

  async #ask(inputs: TensorMap, size: number) {
    try {
      return await this.#options.runs.run(inputs, this.times.predict(size))
    } catch (error) {
      if (!(error instanceof ServingError) || error.code !== 'BAD_REQUEST') throw error
      throw new NotBatched(`it fails on ${size} rows at once: ${messageOf(error)}`)
    }
  }

  async #check(rows: readonly TrialRow[], outputs: TensorMap): Promise<void> {
    for (const [name, { shape }] of outputs) {
      if (shape[0] === rows.length) continue
      throw new NotBatched(`its output '${name}' has ${shape[0] ?? 1} rows for ${rows.length} of its input`)
    }
    const parts = this.#options.joining.split(
      outputs,
      rows.map(({ inputs }) => inputs),
    )
    for (const [index, row] of rows.entries()) {
      const how = this.#differenceOf(row, parts[index]!)
      if (how === undefined) continue
      if (await this.#isUnsteady(row))
        throw new NotBatched('it answers the same row in another way each time')
      throw new NotBatched(`it answers a row among ${rows.length} in another way than alone: ${how}`)
    }
  }

  /** A tie excuses few rows: where most of them have one, it says nothing of their labels. */
  #differenceOf(row: TrialRow, outputs: TensorMap): string | undefined {
    let excused: string | undefined
    const how = firstDifference(row.outputs, outputs, (label) => {
      excused = label
    })
    if (excused === undefined || how !== undefined) return how
    this.#excused.add(row)
    return 2 * this.#excused.size > this.#options.rows.length ? excused : undefined
  }

  async #isUnsteady({ inputs, outputs }: TrialRow): Promise<boolean> {
    const again = await this.#options.runs.run(inputs, this.times.predict(1))
    return !areSame(outputs, again.outputs)
  }

  /** Each of the ways in which rows may come together in turn. */
  #nextArrangement(size: number): readonly TrialRow[] {
    this.#turn = (this.#turn + 1) % 3
    if (size < 2 || this.#turn === 0) return this.#mixed(size)
    return this.#turn === 1 ? this.#withTwins(size) : this.#withCrowd(size)
  }

  /** All rows in random order, again and again: neighbours differ. */
  #mixed(size: number): TrialRow[] {
    const arranged: TrialRow[] = []
    while (arranged.length < size) arranged.push(...this.#shuffled())
    arranged.length = size
    return arranged
  }

  /** Two neighbours are equal, since requests may be as well. */
  #withTwins(size: number): TrialRow[] {
    const arranged = this.#mixed(size)
    const from = this.#below(size - 1)
    arranged[from + 1] = arranged[from]!
    return arranged
  }

  /**
   * All are equal but for one, as the requests of a busy hour may be: a model that has room for only so many rows of a
   * kind answers them well as long as they are of many kinds.
   */
  #withCrowd(size: number): TrialRow[] {
    const [row, other] = this.#shuffled()
    const arranged = new Array<TrialRow>(size).fill(row!)
    arranged[this.#below(size)] = other ?? row!
    return arranged
  }

  #shuffled(): TrialRow[] {
    const rows = [...this.#options.rows]
    for (let index = rows.length - 1; index > 0; index -= 1) {
      const other = this.#below(index + 1)
      ;[rows[index], rows[other]] = [rows[other]!, rows[index]!]
    }
    return rows
  }
  /** A random whole number from 0 up to, but not including, `end`. */
  #below(end: number): number {
    return Math.floor(this.#next() * end)
  }
}
