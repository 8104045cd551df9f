import type { RolloutModel } from '../rollout-messages.ts'
import type { RolloutPlan } from '../rollout-plan.ts'
import type { RolloutState } from '../rollout-state.ts'
import { holds } from '../rollout-state-text.ts'
import { type Change, type Changed, changedState, firstState, idOf, isOf } from './state-changes.ts'

export interface ReplicaStateInit {
  readonly plan: RolloutPlan
  /** Of its variants and shadows, as they are served. */
  readonly models: readonly RolloutModel[]
  /** The state that was found, of this rollout or of another one of its name. */
  readonly state: RolloutState | undefined
  /** Name of this server that no other has or had. */
  readonly writer: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Told of each change that is made here, but not of the state that it begins with, nor of one that is adopted. */
  readonly onState: (state: RolloutState) => void
}

/** The state that one replica of a rollout holds: it is changed here, or follows that of another replica. */
export class ReplicaState {
  readonly #init: ReplicaStateInit
  /** Told of each state that takes the place of another one, before anybody else is. */
  readonly #onTaken: (state: RolloutState, before: RolloutState) => void
  #current: RolloutState

  constructor(init: ReplicaStateInit, onTaken: (state: RolloutState, before: RolloutState) => void) {
    const { plan, models, state } = init
    this.#init = init
    this.#onTaken = onTaken
    const id = idOf(plan, models)
    const epoch = (state?.epoch ?? 0) + 1
    this.#current = isOf(id, plan, state) ? state : firstState(plan, id, epoch, this.#change())
  }

  get current(): RolloutState {
    return this.#current
  }

  write(changed: Changed): void {
    this.#tell(changedState(this.#current, this.#change(), changed))
  }

  /**
   * The state of another replica. One of another rollout of this name (other versions) is not followed: the rollout that
   * began later has the name, the other one goes on by itself.
   * @returns whether it holds and is the current one now
   */
  adopt(other: RolloutState): boolean {
    const own = this.#current
    if (other.id !== own.id) this.#defendName(other)
    else if (!isOf(other.id, this.#init.plan, other)) this.#replace(other)
    else if (holds(own, other) !== own) this.#take(other)
    return this.#current === other
  }

  #defendName(other: RolloutState): void {
    const own = this.#current
    const isLater = own.startedAt === other.startedAt ? own.id > other.id : own.startedAt > other.startedAt
    if (isLater) this.#replace(other)
  }

  /** By the own state, where the other one would hold. */
  #replace(other: RolloutState): void {
    const own = this.#current
    if (holds(own, other) !== own) this.#tell({ ...own, writer: this.#init.writer, epoch: other.epoch + 1 })
  }

  #tell(state: RolloutState): void {
    this.#take(state)
    this.#init.onState(state)
  }

  #take(state: RolloutState): void {
    const before = this.#current
    this.#current = state
    this.#onTaken(state, before)
  }

  #change(): Change {
    return { writer: this.#init.writer, at: this.#init.now() }
  }
}
