import type { RolloutPlan } from '../rollout-plan.ts'

/** Of all keys, in tenths of a percent. */
const ALL = 1000

/**
 * With what part of the keys each variant begins: as planned, but a canary has its first step's at the cost of the control.
 * @param step of the canary that is asked for instead, counted from 0
 */
export function plannedPermille(plan: Pick<RolloutPlan, 'variants' | 'canary'>, step = 0): readonly number[] {
  const permille = plan.variants.map((variant) => variant.permille)
  return plan.canary === undefined ? permille : canaryPermille(plan, permille, step)
}

/** The parts in a step of the canary; the other variants but the control keep theirs. @param step counted from 0. */
export function canaryPermille(
  plan: Pick<RolloutPlan, 'variants' | 'canary'>,
  permille: readonly number[],
  step: number,
): readonly number[] {
  const canary = plan.variants.findIndex(({ name }) => name === plan.canary?.variant)
  const others = permille.reduce((sum, part, i) => (i === 0 || i === canary ? sum : sum + part), 0)
  const wanted = plan.canary?.steps[step]?.permille ?? permille[canary] ?? 0
  const canarys = Math.min(wanted, ALL - others)
  return permille.map((part, i) => (i === 0 ? ALL - others - canarys : i === canary ? canarys : part))
}

/** All keys to one variant. */
export function allTo(variant: number, variants: number): readonly number[] {
  return Array.from({ length: variants }, (_, i) => (i === variant ? ALL : 0))
}

/** A variant's keys go to the control. */
export function withoutVariant(permille: readonly number[], variant: number): readonly number[] {
  const freed = permille[variant] ?? 0
  return permille.map((part, i) => (i === 0 ? part + freed : i === variant ? 0 : part))
}
