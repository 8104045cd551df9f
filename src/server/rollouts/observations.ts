import type { ComparedOutputs } from '../../rollout/comparison/compared-outputs.ts'
import { GatheredComparisons } from '../../rollout/comparison/gathered-comparisons.ts'
import type { MemberMessage, ObservedRequest } from '../../rollout/rollout-messages.ts'

/** Answers of so many milliseconds go in one message; of so many where one of them speaks against a variant. */
const GATHERED_MS = 50
const URGENT_MS = 5

/**
 * Gathers what a member has seen, since a message for each answer would cost more than the answer. Its maps are never emptied:
 * what was in one that is would survive until the whole heap is collected (see `UnorderedItems`).
 */
export class Observations {
  readonly #send: (message: MemberMessage) => void
  readonly #requests = new Map<string, ObservedRequest[]>()
  readonly #comparisons = new Map<string, GatheredComparisons>()
  #timer: NodeJS.Timeout | undefined
  #isUrgent = false

  constructor(send: (message: MemberMessage) => void) {
    this.#send = send
  }

  /** @param isUrgent it may be what a guard waits for. */
  answered(rollout: string, observed: ObservedRequest, isUrgent: boolean): void {
    const requests = this.#requests.get(rollout)
    if (requests === undefined) this.#requests.set(rollout, [observed])
    else requests.push(observed)
    this.#schedule(isUrgent)
  }

  compared(rollout: string, comparison: ComparedOutputs): void {
    let comparisons = this.#comparisons.get(rollout)
    if (comparisons === undefined) {
      comparisons = new GatheredComparisons()
      this.#comparisons.set(rollout, comparisons)
    }
    comparisons.add(comparison)
    this.#schedule(comparison.outcome === 'differs' || comparison.outcome === 'fails')
  }

  /** Sends what there is at once. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isUrgent = false
    for (const [rollout, requests] of this.#requests) {
      if (requests.length === 0) continue
      this.#requests.set(rollout, [])
      this.#send({ kind: 'observed', rollout, requests })
    }
    for (const [rollout, gathered] of this.#comparisons) {
      const comparisons = gathered.take()
      if (comparisons.length > 0) this.#send({ kind: 'compared', rollout, comparisons })
    }
  }

  #schedule(isUrgent: boolean): void {
    if (this.#timer !== undefined && (this.#isUrgent || !isUrgent)) return
    clearTimeout(this.#timer)
    this.#isUrgent = isUrgent
    this.#timer = setTimeout(() => this.flush(), isUrgent ? URGENT_MS : GATHERED_MS).unref()
  }
}
