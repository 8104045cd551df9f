import { timeText } from '../../../page/number-texts.ts'
import type { RolloutPlan } from '../../rollout-plan.ts'
import type { RolloutState } from '../../rollout-state.ts'
import type { CanaryView, ComparisonView, ShadowView } from '../../rollout-view.ts'
import { sharesOf } from '../state-changes.ts'

export interface DecisionFacts {
  readonly plan: RolloutPlan
  readonly state: RolloutState
  readonly comparisons: readonly ComparisonView[]
  readonly canary: CanaryView | undefined
  readonly shadows: readonly ShadowView[]
}

/** What is decided, or what it waits for, for people: a sentence or two. */
export function decision(facts: DecisionFacts): string {
  const { state } = facts
  return state.phase === 'running' ? whileRunning(facts) : atTheEnd(facts)
}

/** When it was is said as a date: the sentence is kept in reports and in the run. */
function atTheEnd({ state }: DecisionFacts): string {
  const control = state.variants[0] ?? ''
  const at = timeText(state.at)
  const why = state.cause === '' ? '.' : `: ${ended(state.cause)}`
  switch (state.phase) {
    case 'promoted':
      return `${holderOf(state)} was promoted on ${at}, and has all keys${why}`
    case 'aborted':
      return `Aborted on ${at}; ${control} has all keys${why}`
    default:
      return `Rolled back to ${control} on ${at}${why}`
  }
}

function whileRunning({ state, comparisons, canary, shadows }: DecisionFacts): string {
  const decided = comparisons.filter(({ verdict }) => verdict !== 'keep-looking')
  const open = canary === undefined ? comparisons.slice(0, 1) : []
  const sentences = [
    ...(state.cause === '' ? [] : [capital(ended(state.cause))]),
    ...(decided.length > 0 ? decided : open).map(({ sentence }) => sentence),
    ...(canary === undefined ? [] : [canarySentence(state, canary)]),
    ...shadows.map(shadowSentence),
  ]
  return sentences.length > 0 ? sentences.join(' ') : `${state.variants[0]} has all keys.`
}

function canarySentence(state: RolloutState, { variant, step, steps, waitsFor }: CanaryView): string {
  const permille = sharesOf(state)[state.variants.indexOf(variant)] ?? 0
  const place = `${variant} gets ${permille / 10} % of the keys, in step ${step + 1} of ${steps.length}.`
  const next = step + 1 < steps.length ? 'The next step' : 'Its promotion'
  return waitsFor === '' ? place : `${place} ${next} waits for ${waitsFor}.`
}

function shadowSentence({ name, compared, differing, failed, outputs }: ShadowView): string {
  if (compared + failed === 0) return `No request to the shadow ${name} was compared yet.`
  const failures = failed === 0 ? '' : `, and failed for ${failed} more`
  const counts = `${differing} of ${compared} compared answers${classesText(outputs)}${failures}`
  return `The shadow ${name} differed in ${counts}; it answers nobody.`
}

/** Another probability is what another model is for; another class is what its users would notice. */
function classesText(outputs: ShadowView['outputs']): string {
  const [most] = outputs.toSorted((a, b) => (b.differentLabels ?? -1) - (a.differentLabels ?? -1))
  if (most?.differentLabels === undefined) return ''
  return `, with another class in ${most.differentLabels} of ${most.labelRows} rows`
}

/** Who has all keys. */
function holderOf(state: RolloutState): string {
  return state.variants[sharesOf(state).indexOf(1000)] ?? ''
}

function ended(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
