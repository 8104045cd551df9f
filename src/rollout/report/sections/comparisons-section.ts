import { fact } from '../../../page/fact.ts'
import { type Html, html } from '../../../page/html.ts'
import { countText, percentText } from '../../../page/number-texts.ts'
import type { ComparisonVerdict, ComparisonView, RolloutView } from '../../rollout-view.ts'
import { intervalChart } from '../picture/interval-chart.ts'
import { OUTCOME_WORDS } from '../words.ts'

const VERDICT_WORDS: Readonly<Record<ComparisonVerdict, string>> = {
  'keep-looking': 'Keep looking',
  'control-better': 'Control is better',
  'variant-better': 'Variant is better',
  'no-difference-worth-having': 'No difference worth having',
}

const BAND_NOTE =
  'The true difference stays within the interval at all times at once, with the probability given: looking early and ' +
  'often makes nothing less certain.'

/** The plain rates of the table of variants may even say the opposite, where the rate was another one in each step. */
const STEPS_NOTE =
  'Each step of the split is compared within itself, so these means and their difference are not those of the table above, ' +
  'which mix all steps.'

/** Each variant beside the control: what the outcomes say, and how that came. */
export function comparisonsSection(view: RolloutView): Html | undefined {
  if (view.comparisons.length === 0) return undefined
  const hasBand = view.comparisons.some(({ interval }) => interval !== undefined)
  return html`<section><h2>Outcomes</h2>
${view.comparisons.map((comparison, at) => comparisonPart(view, comparison, at))}
<p class="note">${hasBand ? BAND_NOTE : ''} ${view.step === 0 ? '' : STEPS_NOTE} Each key counts as one, however many outcomes it has.</p></section>`
}

function comparisonPart(view: RolloutView, comparison: ComparisonView, at: number): Html {
  const { verdict, variant, sentence } = comparison
  const isOpen = verdict === 'keep-looking' && view.phase !== 'running'
  const words = isOpen ? 'Not decided' : VERDICT_WORDS[verdict]
  const isTold = isOpen || view.decision.includes(sentence)
  return html`<article class="split"><div><h3>${variant} <span class="badge ${verdict}">${words}</span></h3>
${isTold ? '' : html`<p>${sentence}</p>`}${comparisonFacts(view, comparison)}</div>${intervalChart(view, comparison, at)}</article>`
}

function comparisonFacts(view: RolloutView, comparison: ComparisonView): Html {
  const { mean, value, difference, interval: intervalText } = OUTCOME_WORDS[view.outcomeKind]
  const { controlMean, variantMean, interval, confidence, outcomesToGo, variant } = comparison
  const control = view.variants.find(({ isControl }) => isControl)?.name ?? 'control'
  return html`<dl class="facts">
${variantMean === undefined ? '' : fact(`${mean}, ${variant}`, value(variantMean))}
${controlMean === undefined ? '' : fact(`${mean}, ${control}`, value(controlMean))}
${comparison.difference === undefined ? '' : fact('Difference', difference(comparison.difference))}
${interval === undefined ? '' : fact(`With ${percentText(confidence)} probability`, intervalText(interval))}
${fact('Keys with an outcome', `${countText(comparison.variantKeys)} beside ${countText(comparison.controlKeys)}`)}
${outcomesToGo === undefined ? '' : fact('Outcomes to go', `about ${countText(outcomesToGo)}`)}
</dl>`
}
