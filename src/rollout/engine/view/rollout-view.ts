import type { RolloutModel } from '../../rollout-messages.ts'
import type { RolloutPlan } from '../../rollout-plan.ts'
import type { RolloutState } from '../../rollout-state.ts'
import type { RolloutView, VariantView } from '../../rollout-view.ts'
import { type CanaryProgress, canaryView } from '../canary.ts'
import type { RolloutFigures } from '../rollout-figures.ts'
import { sharesOf } from '../state-changes.ts'
import { decision } from './decision.ts'

export interface ViewedRollout {
  readonly plan: RolloutPlan
  readonly models: readonly RolloutModel[]
  readonly state: RolloutState
  readonly figures: RolloutFigures
  /** Undefined where no canary is under way. */
  readonly canary: CanaryProgress | undefined
  readonly now: number
}

/** A rollout as it is told to people and programs. */
export function rolloutView(rollout: ViewedRollout): RolloutView {
  const { plan, state, figures, now } = rollout
  const comparisons = figures.comparisons(now)
  const shadows = figures.shadows.map((shadow) => shadow.view())
  const canary = plan.canary && rollout.canary && canaryView(plan.canary, rollout.canary)
  const { alarm, eValue } = figures.sampleRatio
  return {
    name: plan.name,
    id: state.id,
    phase: state.phase,
    cause: state.cause,
    epoch: state.epoch,
    step: state.step,
    startedAt: state.startedAt,
    changedAt: state.at,
    variants: plan.variants.map((_, variant) => variantView(rollout, variant)),
    shadows,
    canary,
    guards: figures.guardViews(),
    comparisons,
    sampleRatio: { alarm, eValue },
    assignment: { seed: state.id, slots: slotsOf(state) },
    outcomeKind: plan.outcome.kind,
    runId: state.runId,
    history: figures.history,
    decision: decision({ plan, state, comparisons, canary, shadows }),
  }
}

function variantView({ plan, models, state, figures }: ViewedRollout, variant: number): VariantView {
  const name = plan.variants[variant]?.name ?? ''
  const model = models.find((each) => each.name === name)
  const seen = figures.variants[variant]
  return {
    name,
    modelUri: model?.uri ?? '',
    modelVersion: model?.version ?? '',
    isControl: variant === 0,
    permille: sharesOf(state)[variant] ?? 0,
    requests: seen?.requests ?? 0,
    keys: seen?.distinctKeys ?? 0,
    errors: seen?.errors ?? 0,
    faults: seen?.faults ?? 0,
    latencyMs: seen?.latency.summary(),
    outcomes: figures.outcomes.count(variant),
    outcomeMean: figures.outcomes.mean(variant),
  }
}

function slotsOf(state: RolloutState): RolloutView['assignment']['slots'] {
  return state.split.map(({ end, variant }) => ({ end, variant: state.variants[variant] ?? '' }))
}
