import { plannedPermille } from '../../rollout/engine/planned-split.ts'
import type { CanaryPlan, VariantPlan } from '../../rollout/rollout-plan.ts'
import { permille } from '../values.ts'
import type { YamlPlace } from '../yaml-place.ts'
import { expectFewVariants, type RolloutNames } from './rollout-names.ts'

/** `variants` of a rollout: a map of shares by name, the control first. @throws ServingError INVALID_PARAMETER_VALUE */
export function readVariants(place: YamlPlace, names: RolloutNames): readonly VariantPlan[] {
  const variants = place.entries().map(([name, share]) => {
    names.takeVariant(name, (problem) => share.failure(problem))
    return { name, permille: share.parsed(permille) }
  })
  const failure = (problem: string): Error => place.failure(problem)
  const sum = variants.reduce((total, variant) => total + variant.permille, 0)
  if (sum !== 1000) throw failure(`the shares add up to ${sum / 10} percent, not to 100`)
  expectFewVariants(
    variants.map(({ name }) => name),
    failure,
  )
  return variants
}

/**
 * The shares that a canary begins with: those of its first step.
 * @throws ServingError INVALID_PARAMETER_VALUE where the file gives its variant another share, but for 0.
 */
export function atFirstStep(
  variants: readonly VariantPlan[],
  canary: CanaryPlan | undefined,
  place: YamlPlace,
): readonly VariantPlan[] {
  const first = canary?.steps[0]?.permille
  const given = variants.find(({ name }) => name === canary?.variant)?.permille
  if (first === undefined || given === undefined || given === first) return variants
  if (given !== 0) {
    throw place.failure(`the canary '${canary?.variant}' begins with ${first / 10} percent: write that, or 0`)
  }
  const planned = plannedPermille({ variants, canary })
  return variants.map((variant, i) => ({ ...variant, permille: planned[i] ?? 0 }))
}
