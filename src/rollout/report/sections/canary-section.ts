import { type Html, html } from '../../../page/html.ts'
import { countText, durationText, permilleText } from '../../../page/number-texts.ts'
import type { CanaryView } from '../../rollout-view.ts'

/** The schedule as steps, and what the next one waits for. */
export function canarySection(canary: CanaryView | undefined): Html | undefined {
  if (canary === undefined) return undefined
  const { variant, waitsFor, step, steps } = canary
  const next = step + 1 < steps.length ? 'The next step' : 'Its promotion'
  return html`<section><h2>Schedule</h2>
<p>${variant} gets more and more of the keys, as long as nothing speaks against it.${waitsFor === '' ? '' : html` <strong>${next} waits for ${waitsFor}.</strong>`}</p>
<ol class="steps">${steps.map((_, at) => stepItem(canary, at))}</ol></section>`
}

function stepItem(canary: CanaryView, at: number): Html {
  const { permille, minKeys, minSeconds } = canary.steps[at]!
  const isCurrent = at === canary.step
  const state = isCurrent ? 'now' : at < canary.step ? 'done' : 'to come'
  return html`<li class="${state.replace(' ', '-')}"${isCurrent ? html` aria-current="step"` : ''}><b>${permilleText(permille)}</b> <small>${state}</small>
${isCurrent ? progress(canary) : html`<span>${countText(minKeys)} keys, ${durationText(minSeconds)}</span>`}</li>`
}

function progress({ steps, step, keysInStep, secondsInStep }: CanaryView): Html {
  const { minKeys, minSeconds } = steps[step]!
  const time = `${durationText(secondsInStep)} of ${durationText(minSeconds)}`
  return html`<label>${countText(keysInStep)} of ${countText(minKeys)} keys<progress max="${Math.max(minKeys, 1)}" value="${Math.min(keysInStep, Math.max(minKeys, 1))}"></progress></label>
<label>${time}<progress max="${Math.max(minSeconds, 1)}" value="${Math.min(secondsInStep, Math.max(minSeconds, 1))}"></progress></label>`
}
