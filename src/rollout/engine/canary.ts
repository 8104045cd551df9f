import type { CanaryPlan } from '../rollout-plan.ts'
import type { CanaryView } from '../rollout-view.ts'
import { eValueText } from './guards/trip-cause.ts'
import { listed } from './view/words.ts'

/** How far the canary's step has come. */
export interface CanaryProgress {
  /** Of the schedule, counted from 0. */
  readonly step: number
  /** Different keys that the variant has answered in it, about. */
  readonly keys: number
  readonly seconds: number
  /** The guard that has most against the variant, where that is not nothing. */
  readonly restless: { readonly name: string; readonly eValue: number } | undefined
}

/** Whether the step's conditions are met. */
export function isStepDone(plan: CanaryPlan, progress: CanaryProgress): boolean {
  return conditions(plan, progress).length === 0
}

export function isLastStep(plan: CanaryPlan, step: number): boolean {
  return step >= plan.steps.length - 1
}

export function canaryView(plan: CanaryPlan, progress: CanaryProgress): CanaryView {
  const isHeld = isLastStep(plan, progress.step) && plan.atEnd === 'hold'
  const missing = [...conditions(plan, progress), ...(isHeld ? ['an operator'] : [])]
  return {
    variant: plan.variant,
    step: progress.step,
    steps: plan.steps,
    keysInStep: progress.keys,
    secondsInStep: progress.seconds,
    waitsFor: listed(missing),
  }
}

/** What is still to be met, in words. */
function conditions(plan: CanaryPlan, { step, keys, seconds, restless }: CanaryProgress): readonly string[] {
  const { minKeys = 0, minSeconds = 0 } = plan.steps[step] ?? {}
  const missingKeys = Math.max(0, minKeys - keys)
  const missingSeconds = Math.max(0, Math.ceil(minSeconds - seconds))
  return [
    ...(missingKeys > 0 ? [`${missingKeys} more ${missingKeys === 1 ? 'key' : 'keys'}`] : []),
    ...(missingSeconds > 0 ? [`${missingSeconds} more s`] : []),
    ...(restless === undefined
      ? []
      : [`the ${restless.name} guard to calm down (e-value ${eValueText(restless.eValue)})`]),
  ]
}
