import { rolloutId } from '../rollout-id.ts'
import type { RolloutModel } from '../rollout-messages.ts'
import type { RolloutPlan } from '../rollout-plan.ts'
import type { RolloutState } from '../rollout-state.ts'
import { changedSplit, firstSplit, permilleOf } from '../split/split.ts'
import { plannedPermille } from './planned-split.ts'

/** Who changes a state, and when. */
export interface Change {
  readonly writer: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** What a change may touch; `at` where it is none of what the rollout does. */
export type Changed = Partial<Omit<RolloutState, 'id' | 'epoch' | 'writer' | 'variants'>>

/** Of this plan over these models: another version of one makes it another rollout. */
export function idOf(plan: RolloutPlan, models: readonly RolloutModel[]): string {
  const version = (name: string) => models.find((model) => model.name === name)?.version ?? ''
  return rolloutId(
    plan.name,
    plan.variants.map(({ name }) => ({ name, version: version(name) })),
  )
}

/** @param epoch above that of any other state of this name. */
export function firstState(
  plan: RolloutPlan,
  id: string,
  epoch: number,
  { writer, at }: Change,
): RolloutState {
  return {
    id,
    epoch,
    writer,
    at,
    startedAt: at,
    variants: plan.variants.map(({ name }) => name),
    phase: 'running',
    step: 0,
    canaryStep: plan.canary === undefined ? undefined : 0,
    split: firstSplit(plannedPermille(plan)),
    cause: '',
    runId: undefined,
  }
}

export function changedState(state: RolloutState, { writer, at }: Change, changed: Changed): RolloutState {
  return { ...state, at, ...changed, epoch: state.epoch + 1, writer }
}

/** What gives the variants other parts of the keys: a new step. */
export function newShares(state: RolloutState, permille: readonly number[]): Changed {
  return { step: state.step + 1, split: changedSplit(state.split, permille) }
}

/** By variant, in tenths of a percent. */
export function sharesOf(state: RolloutState): readonly number[] {
  return permilleOf(state.split, state.variants.length)
}

/** Whether it runs as this plan would have it, in whichever step of its canary: nobody has changed it, and no other plan began it. */
export function isByPlan(plan: RolloutPlan, state: RolloutState): boolean {
  const { phase, cause, canaryStep } = state
  if (phase !== 'running' || cause !== '') return false
  if ((plan.canary === undefined) !== (canaryStep === undefined)) return false
  const planned = plannedPermille(plan, canaryStep)
  return sharesOf(state).every((part, variant) => part === planned[variant])
}

/** Whether a state is that of a rollout: it has its id, and names its variants, as one that is not damaged does. */
export function isOf(id: string, plan: RolloutPlan, state: RolloutState | undefined): state is RolloutState {
  const { variants } = plan
  return (
    state?.id === id &&
    state.variants.length === variants.length &&
    variants.every(({ name }, i) => name === state.variants[i])
  )
}

export function isSameStep(a: RolloutState, b: RolloutState): boolean {
  return a.step === b.step && JSON.stringify(a.split) === JSON.stringify(b.split)
}

/** A restart is a step of its own; in step 0 a later beginning is that of a replica which began at about the same time. */
export function isBegunAgain(state: RolloutState, before: RolloutState): boolean {
  return state.startedAt > before.startedAt && state.step > 0
}
