import type { RolloutPlan } from '../../../../rollout/rollout-plan.ts'
import type { RolloutState } from '../../../../rollout/rollout-state.ts'
import type { KeeperParts, SharedState } from './keeper-parts.ts'

/** What replicas agree by, and what they have agreed on: looked up while the models are still being loaded. */
export class FoundState {
  readonly shared: SharedState
  /** Undefined where nothing was kept. */
  readonly state: RolloutState | undefined
  readonly #changes: Changes

  private constructor(shared: SharedState, state: RolloutState | undefined, changes: Changes) {
    this.shared = shared
    this.state = state
    this.#changes = changes
  }

  /** @throws ServingError where the registry is of a kind that cannot be changed */
  static async find(plan: RolloutPlan, parts: Pick<KeeperParts, 'openState'>): Promise<FoundState> {
    const waiting: RolloutState[] = []
    const changes: Changes = { waiting, take: (state) => waiting.push(state) }
    const shared = await parts.openState(plan, (state) => changes.take(state))
    return new FoundState(shared, await shared.read(), changes)
  }

  /** `adopt` is given what others have changed since, and what they change from now on. */
  follow(adopt: (state: RolloutState) => void): void {
    this.#changes.take = adopt
    for (const state of this.#changes.waiting.splice(0)) adopt(state)
  }
}

interface Changes {
  readonly waiting: RolloutState[]
  take: (state: RolloutState) => void
}
