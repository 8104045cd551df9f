import { GivenPlans } from './given-plans.ts'
import type { TunedPlan } from './tuned-plan.ts'
import type { TunerOptions } from './tuning-options.ts'

/** Whoever tunes tells every plan as soon as it is used. After so long it is taken to have ended, in milliseconds. */
const MOST_SILENCE_MS = 60_000

/** What the tuner of a model tells those of other processes and threads, and hears of them. */
export class SharedTuning {
  readonly given = new GivenPlans()
  /** It does as others find out, or waits for them. */
  follows: boolean
  readonly #options: TunerOptions
  #key: Promise<string> | undefined
  #known: TunedPlan | undefined
  #found: Omit<TunedPlan, 'key'> | undefined

  constructor(options: TunerOptions) {
    const { tuned, isTunedElsewhere = false } = options
    this.#options = options
    this.follows = tuned !== undefined || isTunedElsewhere
    if (tuned !== undefined) this.given.put(tuned)
  }

  /** The newest that was found here or taken over; undefined where nothing is known. */
  get known(): TunedPlan | undefined {
    return this.#known
  }

  /** How long the next plan of the others is waited for, in milliseconds. */
  get patienceMs(): number {
    return this.#options.isTunedElsewhere === true ? MOST_SILENCE_MS : 0
  }

  /** For what plans hold that are found here. */
  async key(): Promise<string> {
    this.#key ??= import('./tuning-key.ts').then(({ tuningKey }) => tuningKey(this.#options))
    return await this.#key
  }

  /** Whether a plan holds for this model here. */
  async holds({ key }: TunedPlan): Promise<boolean> {
    return key === (await this.key().catch(() => undefined))
  }

  /** A plan of others is used here. */
  take(plan: TunedPlan): void {
    this.#known = plan
  }

  /** Nothing is left to find out. @param reason why nothing is batched; absent where it is, by the plan told last. */
  finish(reason: string | undefined): void {
    if (reason !== undefined) this.give({ reason, settled: true })
    else if (this.#found !== undefined) this.give({ ...this.#found, settled: true })
  }

  /** Tells others what was found here. Without a key nobody could tell what it holds for. */
  give(found: Omit<TunedPlan, 'key'>): void {
    const { onTuned } = this.#options
    this.#found = found
    if (onTuned === undefined) return
    this.key().then(
      (key) => {
        this.#known = { key, ...found }
        onTuned(this.#known)
      },
      () => {},
    )
  }
}
