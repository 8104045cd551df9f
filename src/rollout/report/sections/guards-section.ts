import { type Html, html } from '../../../page/html.ts'
import { countText, numberText, partText, percentText } from '../../../page/number-texts.ts'
import { type Column, table } from '../../../page/table.ts'
import type { GuardView } from '../../rollout-view.ts'
import { GUARD_WORDS } from '../words.ts'

const COLUMNS: readonly Column[] = [
  { title: 'Variant' },
  { title: 'Watched for' },
  { title: 'Seen', isNumber: true },
  { title: 'Allowed', isNumber: true },
  { title: 'Evidence against it' },
]

/** What would stop a variant, and how near it is to that. */
export function guardsSection(guards: readonly GuardView[]): Html | undefined {
  if (guards.length === 0) return undefined
  const rows = guards.map((guard) => [
    guard.variant,
    GUARD_WORDS[guard.guard],
    html`${partText(guard.events, guard.requests)} of ${countText(guard.requests)}`,
    percentText(guard.allowedRate),
    evidence(guard),
  ])
  return html`<section><h2>Guards</h2>${table('What stops a variant by itself', COLUMNS, rows)}
<p class="note">Evidence is how many times likelier what was seen is with a rate above the allowed one than with the allowed one.
A variant that reaches the limit loses its keys at once. One key counts three times at most.</p></section>`
}

function evidence({ eValue, stopsAt, tripped }: GuardView): Html {
  if (tripped) return html`<span class="badge rolled-back">stopped it</span> ${oddsText(eValue)}`
  if (stopsAt === undefined) return html`${oddsText(eValue)}`
  return html`<meter min="0" max="1" value="${nearness(eValue, stopsAt).toFixed(2)}" aria-label="Evidence, by its logarithm"></meter> <span>${oddsText(eValue)} of ${oddsText(stopsAt)}</span>`
}

/** Each further bad event multiplies the evidence, so the logarithm grows evenly. */
function nearness(eValue: number, stopsAt: number): number {
  return Math.min(1, Math.log(Math.max(eValue, 1)) / Math.log(Math.max(stopsAt, 2)))
}

function oddsText(eValue: number): string {
  if (eValue >= 1e6) return 'over 1,000,000'
  return eValue < 0.1 ? 'under 0.1' : numberText(eValue)
}
