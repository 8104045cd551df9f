import type { OutcomeFacts } from '../outcome-ids.ts'
import type { OutcomePlan } from '../rollout-plan.ts'
import type { ComparisonView } from '../rollout-view.ts'
import { ClusteredMeans } from '../statistics/clustered-means.ts'
import { compareOutcomes } from '../statistics/outcome-comparison.ts'
import { UniversalTest } from '../statistics/universal-test.ts'

/** Comparisons are made again at most so often. */
const COMPARED_AFTER_MS = 1000

/** All outcomes of a rollout, and what they say of its variants. */
export class Outcomes {
  readonly #plan: OutcomePlan
  readonly #variants: readonly string[]
  readonly #means: ClusteredMeans
  readonly #equality: UniversalTest | undefined
  #compared: { readonly at: number; readonly views: readonly ComparisonView[] } | undefined
  #isChanged = true

  /** @param variants their names, the control first. */
  constructor(plan: OutcomePlan, variants: readonly string[]) {
    this.#plan = plan
    this.#variants = variants
    this.#means = new ClusteredMeans(variants.length)
    this.#equality = plan.kind === 'binary' ? new UniversalTest() : undefined
  }

  add({ step, variant, key }: OutcomeFacts, value: number): void {
    this.#means.add(step, variant, key, value)
    this.#equality?.add(step, variant, key, value !== 0)
    this.#isChanged = true
  }

  count(variant: number): number {
    return this.#means.outcomes(variant)
  }

  mean(variant: number): number | undefined {
    return this.#means.mean(variant)
  }

  /** Not older than a second. */
  comparisons(now: number): readonly ComparisonView[] {
    const known = this.#compared
    if (known !== undefined && (!this.#isChanged || Math.abs(now - known.at) < COMPARED_AFTER_MS))
      return known.views
    const facts = { plan: this.#plan, variants: this.#variants, means: this.#means, equality: this.#equality }
    const views = compareOutcomes(facts)
    this.#compared = { at: now, views }
    this.#isChanged = false
    return views
  }
}
