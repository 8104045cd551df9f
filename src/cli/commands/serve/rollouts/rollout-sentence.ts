import { registeredName } from '../../../../registry-client/model-uri-name.ts'
import { SET_BY_OPERATOR } from '../../../../rollout/engine/operator-commands.ts'
import { isByPlan } from '../../../../rollout/engine/state-changes.ts'
import type { RolloutModel } from '../../../../rollout/rollout-messages.ts'
import type { RolloutPlan } from '../../../../rollout/rollout-plan.ts'
import type { RolloutPhase, RolloutState } from '../../../../rollout/rollout-state.ts'
import { permilleOf } from '../../../../rollout/split/split.ts'

const PHASES: Readonly<Record<RolloutPhase, string>> = {
  running: 'runs',
  promoted: 'is over, a variant was promoted',
  aborted: 'was aborted',
  'rolled-back': 'was rolled back',
}

/** What a rollout does, at a start. @param found the state that was there before, of this rollout */
export function startSentence(
  plan: RolloutPlan,
  state: RolloutState,
  found: RolloutState | undefined,
): string {
  const shadows = plan.shadows.length === 0 ? '' : `; in the shadow: ${plan.shadows.join(', ')}`
  const from =
    found?.id === state.id
      ? `it ${PHASES[state.phase]}, in step ${state.step} (epoch ${state.epoch}, by ${state.writer})`
      : 'it begins'
  return `Rollout ${plan.name}: ${sharesOf(state)} by ${keyOf(plan)}${shadows}; ${from}${causeOf(state)}`
}

/** What has changed. @param by the other replica that has changed it */
export function changeSentence(plan: RolloutPlan, state: RolloutState, by: string | undefined): string {
  const who = by === undefined ? '' : `, by ${by}`
  return `Rollout ${plan.name} ${PHASES[state.phase]}: ${sharesOf(state)} from step ${state.step} on${canaryOf(plan, state)}${who}${causeOf(state)}`
}

/**
 * That a rollout compares a version with itself, as one does that goes on after its alias was moved to the winner; undefined
 * where its variants are different ones.
 */
export function sameModelSentence(
  { name, variants }: RolloutPlan,
  models: readonly RolloutModel[],
): string | undefined {
  const seen = new Map<string, string>()
  for (const variant of variants) {
    const model = models.find((each) => each.name === variant.name)
    if (model === undefined) continue
    const what = `${registeredName(model.uri) ?? model.uri} in version ${model.version}`
    const other = seen.get(what)
    if (other !== undefined) {
      return `Rollout ${name} compares a model with itself: ${other} and ${variant.name} are both ${what}`
    }
    seen.set(what, variant.name)
  }
  return undefined
}

/**
 * That a rollout goes on as another plan began it, with other shares or another canary; undefined where it does not, or somebody
 * has changed it since.
 */
export function otherPlanSentence(plan: RolloutPlan, state: RolloutState): string | undefined {
  if (state.phase !== 'running' || state.cause !== '' || isByPlan(plan, state)) return undefined
  return `Rollout ${plan.name} goes on as an earlier start has planned it, and not as this one: 'restart' begins it anew`
}

/** A variant that a guard has stopped is news to whoever reads warnings alone. */
export function levelOf({ phase, cause }: RolloutState): 'info' | 'warn' {
  // A rollout of several goes on without the one that was stopped.
  const lostOne = phase === 'running' && cause !== '' && cause !== SET_BY_OPERATOR
  return phase === 'rolled-back' || lostOne ? 'warn' : 'info'
}

/** For programs. */
export function rolloutFields(plan: RolloutPlan, state: RolloutState): Readonly<Record<string, unknown>> {
  const { phase, epoch, step, writer, id, cause } = state
  return { rollout: plan.name, rolloutId: id, phase, epoch, step, writer, cause, shares: sharesOf(state) }
}

/** `a 90 %, b 10 %`. */
function sharesOf({ variants, split }: RolloutState): string {
  const permille = permilleOf(split, variants.length)
  return variants.map((name, index) => `${name} ${(permille[index] ?? 0) / 10} %`).join(', ')
}

function keyOf({ stickyKey: { header, column } }: RolloutPlan): string {
  return column === undefined ? `the header ${header}` : `the header ${header} or the column ${column}`
}

/** `, which is 2 of 4 of its canary`: steps of the split are counted over all its changes. */
function canaryOf({ canary }: RolloutPlan, { canaryStep }: RolloutState): string {
  if (canary === undefined || canaryStep === undefined) return ''
  return `, which is ${canaryStep + 1} of ${canary.steps.length} of its canary`
}

function causeOf({ cause }: RolloutState): string {
  return cause === '' ? '' : `: ${cause}`
}
