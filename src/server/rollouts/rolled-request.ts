import type { InferenceRequest } from '../../core/inference.ts'
import type { TensorMap } from '../../core/tensor.ts'
import { keyNumber, slotOf } from '../../rollout/split/assignment.ts'
import type { LiveRollout } from './live-rollout.ts'
import type { RequestSource } from './side-run.ts'
import { columnKey } from './sticky-key.ts'
import type { VariantModel } from './variant-model.ts'

/** What is told of an answer once it is there. */
export interface AnsweredRequest {
  readonly id: string
  readonly status: number
  readonly failure: unknown
  readonly startedAt: number
  /** 0 where its body has not come. */
  readonly receivedAt: number
}

/** Follows the requests of rollouts to their ends. */
export interface RolledObserver {
  outcomeId(request: RolledRequest): string | undefined
  settled(request: RolledRequest, answered: AnsweredRequest): void
}

export interface RolledInit {
  readonly rollout: LiveRollout
  readonly control: VariantModel
  readonly observer: RolledObserver
}

export type ReplyHeader = readonly [name: string, value: string]

/** Of a request whose variant is not chosen yet. */
const UNDECIDED = -1

/** One request on its way through a rollout, from the choice of its variant to its answer. */
export class RolledRequest {
  readonly rollout: LiveRollout
  /** Index; below 0 while it is not chosen. */
  variant = UNDECIDED
  step = 0
  /** `keyNumber` of its sticky key. */
  key = 0
  /** `RolloutState.id` by which it was chosen. */
  seed = ''
  /** A header has chosen the variant. */
  isForced = false
  /** The key is the id of the request, which the answer tells. */
  isById = false
  /** The variant's own model answers, and what it does counts. */
  isCounted = false
  /** Whose tensors the request is read for, and who answers it; the control until the variant is chosen. */
  model: VariantModel
  /** Who can tell other models the same request. Set when the model is asked: what fails from then on is its failure. */
  source: RequestSource | undefined
  /** The request as its model was asked, where it was read here. */
  request: InferenceRequest | undefined
  outputs: TensorMap | undefined
  /** Of a body that was scored whole: the beginning of the reply. */
  reply: Uint8Array | undefined
  readonly #control: VariantModel
  readonly #observer: RolledObserver

  constructor({ rollout, control, observer }: RolledInit) {
    this.rollout = rollout
    this.model = control
    this.#control = control
    this.#observer = observer
  }

  get isChosen(): boolean {
    return this.variant !== UNDECIDED
  }

  /** By the sticky key. While the variant is not loaded the control stands in, and nothing is counted. */
  choose(key: string): void {
    const assignment = this.rollout.assignment
    this.variant = 0
    if (assignment === undefined) return
    this.key = keyNumber(assignment.id, key)
    this.seed = assignment.id
    this.step = assignment.step
    const chosen = assignment.variants[slotOf(this.key)] ?? 0
    const model = chosen === 0 ? this.#control : this.rollout.variant(chosen)
    if (model === undefined) return
    this.variant = chosen
    this.model = model
    this.isCounted = true
  }

  /** By a header, whatever the key. */
  force(variant: number, model: VariantModel): void {
    const assignment = this.rollout.assignment
    this.variant = variant
    this.model = model
    this.isForced = true
    this.isCounted = assignment !== undefined
    this.step = assignment?.step ?? 0
  }

  /** By the key column, once the request has been read for the control; by the request's id where it has no such value. */
  chooseByInputs(inputs: TensorMap, id: string): void {
    const place = this.rollout.keyPlace(this.#control)
    const key = place && columnKey(inputs, place)
    this.isById = key === undefined
    this.choose(key ?? id)
  }

  /** Headers of its answer; of an error too once the variant is chosen. */
  replyHeaders(status: number): readonly ReplyHeader[] {
    if (!this.isChosen) return []
    const name = this.rollout.plan.variants[this.variant]?.name ?? ''
    const headers: ReplyHeader[] = [
      ['x-headrace-variant', name],
      ['x-headrace-model-version', this.model.version],
    ]
    const outcomeId =
      status === OK && this.isCounted && !this.isForced ? this.#observer.outcomeId(this) : undefined
    if (outcomeId !== undefined) headers.push(['x-headrace-outcome-id', outcomeId])
    return headers
  }

  /** Once, when it has been answered. */
  settled(answered: AnsweredRequest): void {
    if (this.isCounted) this.#observer.settled(this, answered)
  }
}

const OK = 200
