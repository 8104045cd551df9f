import type { Predictor } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { BatchPlan } from '../batching/batch-plan.ts'
import type { SequenceLayout } from '../batching/masked-rows.ts'
import type { RowJoining } from '../batching/row-joining.ts'
import { BatchTrial } from './batch-trial.ts'
import { mostElements } from './bounded-rows.ts'
import type { IdleRuns } from './idle-runs.ts'
import { NotBatched } from './not-batched.ts'
import { joiningOf, planOf, sequenceFacts } from './planned.ts'
import { longestRunMs, searchSize } from './size-search.ts'
import { batchSizes, type SizeSteps } from './size-steps.ts'
import { byteSize, type TrialRow } from './trial-row.ts'
import type { PlanFacts } from './tuned-plan.ts'
import type { TunerOptions } from './tuning-options.ts'

/** A plan that may be used from now on, and what speaks for it. */
export interface Tuned {
  readonly plan: BatchPlan
  /** The same as plain data, where it was measured. */
  readonly facts?: PlanFacts
  readonly reason: string
}

export interface TuneOptions extends TunerOptions {
  readonly runs: IdleRuns
  /** Told of each plan that is larger than the one before; undefined where it is not to be used any more. */
  onPlan(tuned: Tuned | undefined): void
}

/** Runs of the self-test, the search and the warming together, in milliseconds. */
const BUDGET_MS = 2_000
/** Where a user asked for a size, it is to be had. */
const BUDGET_BY_HAND_MS = 20_000
const MOST_ROWS_SEARCHED = 256
/** Inputs and outputs of one batch: copying them keeps the serving thread. */
const MOST_BYTES = 8 * 1024 * 1024
const MOST_BYTES_BY_HAND = 64 * 1024 * 1024
/** A plan is given when all sizes up to so many rows are proved, and with every doubling of them. */
const FIRST_PLAN_ROWS = 8

/** What the runs of a model may take in all, in milliseconds. */
export function budgetOf({ batching }: TuneOptions): number {
  return batching.maxBatchRows === undefined ? BUDGET_MS : BUDGET_BY_HAND_MS
}

export interface PlanningSubject {
  /** Whether what batches answer is compared. */
  readonly proves: boolean
  readonly rows: readonly TrialRow[]
  /** Where sequences of different lengths share their batches. */
  readonly layout?: SequenceLayout
  /** What there is to add to the reason for batching. */
  readonly note: string
}

/** The way from known rows to a plan. */
export class Planning {
  readonly #options: TuneOptions
  readonly #subject: PlanningSubject
  /** How rows are joined, as plain data. */
  readonly #bounds: Pick<PlanFacts, 'sequences' | 'triedElements'>
  readonly #joining: RowJoining
  readonly #trial: BatchTrial

  constructor(options: TuneOptions, subject: PlanningSubject) {
    this.#options = options
    this.#subject = subject
    const { rows, proves, layout } = subject
    this.#bounds = {
      ...(layout === undefined ? {} : { sequences: sequenceFacts(layout) }),
      ...(hasOpenRows(options.engine) ? { triedElements: mostElements(inputsOf(rows)) } : {}),
    }
    this.#joining = joiningOf(this.#bounds)
    this.#trial = new BatchTrial({
      runs: options.runs,
      rows,
      joining: this.#joining,
      proves,
      threads: options.placement === 'pool' ? 'all' : 'one',
    })
  }

  async run(): Promise<void> {
    const { maxBatchRows } = this.#options.batching
    await this.#trial.run(1)
    if (maxBatchRows === undefined) await this.#prove(await this.#search())
    else await this.#prove(Math.min(maxBatchRows, this.#rowsIn(MOST_BYTES_BY_HAND)))
  }

  #search(): Promise<number> {
    const { placement, batching } = this.#options
    return searchSize({
      trial: this.#trial,
      placement,
      targetP99Ms: batching.targetP99Ms,
      most: Math.min(MOST_ROWS_SEARCHED, this.#rowsIn(MOST_BYTES)),
      budgetMs: () => this.#budgetMs() / 2,
      onGain: (sizes) => this.#useEarly(sizes),
    })
  }

  /** Sizes that were proved by being measured. */
  async #useEarly(sizes: readonly number[]): Promise<void> {
    for (const size of sizes) await this.#trial.warm(size)
    this.#tell(sizes)
  }

  #rowsIn(bytes: number): number {
    const largest = Math.max(
      ...this.#subject.rows.map(({ inputs, outputs }) => byteSize(inputs) + byteSize(outputs)),
    )
    return Math.max(1, Math.min(this.#options.engine.maxBatchRows, Math.floor(bytes / Math.max(1, largest))))
  }

  #budgetMs(): number {
    return budgetOf(this.#options) - this.#options.runs.spentMs
  }

  /** Every size that will be used is proved, and run in all threads. */
  async #prove(most: number): Promise<void> {
    const sizes = batchSizes(most, this.#steps(most))
    const proved: number[] = []
    let planned = FIRST_PLAN_ROWS
    for (const size of sizes) {
      if (size > 1 && !this.#mayRun(size)) break
      for (let left = this.#runsLeft(size); left > 0; left -= 1) await this.#trial.run(size)
      await this.#trial.warm(size)
      proved.push(size)
      if (size < planned || size === sizes.at(-1)) continue
      planned = size * 2
      this.#tell(proved)
    }
    if (proved.length === 1) throw new NotBatched(this.#tooLong())
    // Who wants batches without proof has them cold as well.
    this.#tell(this.#subject.proves ? proved : sizes)
  }

  /** Runs that the search has made count. */
  #runsLeft(size: number): number {
    return Math.max(0, runsOf(size) - this.#trial.times.count(size))
  }

  #mayRun(size: number): boolean {
    const { placement, batching } = this.#options
    const ms = this.#trial.times.predict(size)
    return ms <= Math.min(this.#budgetMs(), longestRunMs(placement, batching.targetP99Ms))
  }

  #tooLong(): string {
    const ms = this.#trial.times.predict(2)
    return `two rows at once may take ${Number(ms.toPrecision(2))} ms, which is too long`
  }

  /** As many sizes as there is time for. */
  #steps(most: number): SizeSteps {
    // Other engines than onnxruntime keep memory for every number of rows.
    if (this.#options.model.engine.name !== 'onnxruntime') return 'doubling'
    const budgetMs = this.#budgetMs()
    const steps: readonly SizeSteps[] = ['fine', 'coarse']
    return steps.find((each) => this.#timeOf(batchSizes(most, each)) < budgetMs) ?? 'doubling'
  }

  #timeOf(sizes: readonly number[]): number {
    const warmings = this.#options.placement === 'pool' ? 1 : 0
    return sizes.reduce(
      (sum, size) => sum + this.#trial.times.predict(size) * (this.#runsLeft(size) + warmings),
      0,
    )
  }

  #tell(sizes: readonly number[]): void {
    const { rows, note, proves } = this.#subject
    const reason = !proves
      ? 'switched on by hand, without proof'
      : `${rows.length} rows are answered in batches as they are alone${note}`
    const facts = { sizes: [...sizes], times: this.#trial.times.line(), ...this.#bounds }
    this.#options.onPlan({ plan: planOf(facts, this.#joining), facts, reason })
  }
}

/** Small batches are the usual ones, and the cheapest to prove. */
function runsOf(size: number): number {
  if (size <= 1) return 1
  return size <= 8 ? 3 : size < 32 ? 2 : 1
}

/** Whether rows may be of different sizes. */
function hasOpenRows({ inputs }: Predictor): boolean {
  return inputs.some(({ shape, unranked }) => unranked === true || shape.indexOf(-1, 1) > 0)
}

function inputsOf(rows: readonly TrialRow[]): TensorMap[] {
  return rows.map(({ inputs }) => inputs)
}
