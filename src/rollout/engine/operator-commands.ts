import { conflict, invalidParameter, type ServingError } from '../../core/errors.ts'
import type { RolloutPlan } from '../rollout-plan.ts'
import type { RolloutState } from '../rollout-state.ts'
import { sharesOf } from './state-changes.ts'
import { listed } from './view/words.ts'

const ALL = 1000

/** @throws ServingError RESOURCE_CONFLICT unless the rollout is running. */
export function expectRunning(name: string, state: RolloutState, wanted: string): void {
  if (state.phase === 'running') return
  const ended = state.cause === '' ? '' : ` (${state.cause})`
  throw conflict(`Rollout '${name}' is ${state.phase}${ended}, so ${wanted}; 'restart' begins it anew`, {
    rollout: name,
    phase: state.phase,
  })
}

/** @throws ServingError INVALID_PARAMETER_VALUE where the rollout has no such variant. */
export function variantIndex(plan: RolloutPlan, variant: string): number {
  const index = plan.variants.findIndex(({ name }) => name === variant)
  if (index === -1) throw unknownVariant(plan, variant)
  return index
}

/**
 * The parts that an operator wants, in tenths of a percent: those of variants that are not named are what is left, shared
 * as they are now (where they have none, it is the control's, or they share it evenly).
 * @throws ServingError INVALID_PARAMETER_VALUE for unknown variants, and parts that are none or too much together.
 */
export function wantedPermille(
  plan: RolloutPlan,
  state: RolloutState,
  wanted: Readonly<Record<string, number>>,
): readonly number[] {
  for (const [variant, part] of Object.entries(wanted)) expectPart(plan, variant, part)
  const named = plan.variants.map(({ name }) => (Object.hasOwn(wanted, name) ? wanted[name] : undefined))
  const left = ALL - named.reduce<number>((sum, part) => sum + (part ?? 0), 0)
  const isAllNamed = named.every((part) => part !== undefined)
  if (left < 0 || (isAllNamed && left > 0)) throw wrongSum(plan, ALL - left, isAllNamed)
  const rest = sharedOut(left, weightsOf(named, sharesOf(state)))
  return named.map((part, i) => part ?? rest[i] ?? 0)
}

function expectPart(plan: RolloutPlan, variant: string, part: number): void {
  variantIndex(plan, variant)
  if (Number.isInteger(part) && part >= 0 && part <= ALL) return
  throw invalidParameter(
    `The part of variant '${variant}' is ${part / 10} %; it has to be from 0 to 100 %, in steps of 0.1 %`,
    { variant },
  )
}

/** The cause of a split that nobody but an operator has changed. */
export const SET_BY_OPERATOR = 'the split was set by an operator'

/** Of a variant that is to have keys again. */
export function stoppedBefore(plan: RolloutPlan, variant: number): ServingError {
  const name = plan.variants[variant]?.name ?? ''
  return conflict(
    `Variant '${name}' was stopped by a guard and gets no keys: 'restart' begins the rollout anew`,
    { rollout: plan.name, variant: name },
  )
}

/** How what is left is shared among those that are not named. */
function weightsOf(named: readonly (number | undefined)[], now: readonly number[]): readonly number[] {
  const held = named.map((part, i) => (part === undefined ? (now[i] ?? 0) : 0))
  if (held.some((part) => part > 0)) return held
  if (named[0] === undefined) return named.map((_, i) => (i === 0 ? 1 : 0))
  return named.map((part) => (part === undefined ? 1 : 0))
}

/** Whole parts of a sum by the largest remainders; of equal ones the first is rounded up. */
function sharedOut(sum: number, weights: readonly number[]): readonly number[] {
  const all = weights.reduce((total, weight) => total + weight, 0)
  const exact = weights.map((weight) => (all === 0 ? 0 : (sum * weight) / all))
  const parts = exact.map(Math.floor)
  const missing = sum - parts.reduce((total, part) => total + part, 0)
  const byRemainder = exact.map((value, i) => ({ i, remainder: value - Math.floor(value) }))
  byRemainder.sort((a, b) => b.remainder - a.remainder || a.i - b.i)
  for (const { i } of byRemainder.slice(0, all === 0 ? 0 : missing)) parts[i] = (parts[i] ?? 0) + 1
  return parts
}

function unknownVariant(plan: RolloutPlan, variant: string): ServingError {
  const names = plan.variants.map(({ name }) => `'${name}'`)
  return invalidParameter(`Rollout '${plan.name}' has no variant '${variant}'; it has ${listed(names)}`, {
    variant,
  })
}

function wrongSum(plan: RolloutPlan, sum: number, isAllNamed: boolean): ServingError {
  const limit = isAllNamed ? 'have to add up to 100 %' : 'may not be more than 100 % together'
  return invalidParameter(`The parts of variants add up to ${sum / 10} %, but they ${limit}`, {
    rollout: plan.name,
  })
}
