import { type Html, html } from '../../../page/html.ts'
import { countText, millisecondsText, partText, permilleText } from '../../../page/number-texts.ts'
import { stackedBar } from '../../../page/picture/bars.ts'
import { legend, swatch } from '../../../page/picture/legend.ts'
import { type Column, table } from '../../../page/table.ts'
import type { RolloutView, VariantView } from '../../rollout-view.ts'
import { OUTCOME_WORDS } from '../words.ts'

/** Who gets which part of the keys, and what came of it. */
export function variantsSection({ variants, sampleRatio, outcomeKind }: RolloutView): Html {
  const words = OUTCOME_WORDS[outcomeKind]
  const columns: readonly Column[] = [
    { title: 'Variant' },
    ...['Share', 'Requests', 'Keys', 'Errors', 'Faulty outputs', 'Median time', '99 % within'].map(
      numberColumn,
    ),
    ...['Outcomes', words.mean].map(numberColumn),
  ]
  const rows = variants.map((variant, at) => [
    variantName(variant, at),
    permilleText(variant.permille),
    countText(variant.requests),
    countText(variant.keys),
    partText(variant.errors, variant.requests),
    partText(variant.faults, variant.requests),
    variant.latencyMs === undefined ? '–' : millisecondsText(variant.latencyMs.p50),
    variant.latencyMs === undefined ? '–' : millisecondsText(variant.latencyMs.p99),
    countText(variant.outcomes),
    variant.outcomeMean === undefined ? '–' : words.value(variant.outcomeMean),
  ])
  return html`<section><h2>Variants</h2>
${shares(variants)}${sampleRatio.alarm ? SAMPLE_RATIO_ALARM : ''}
${table('Since the start of the rollout', columns, rows)}
<p class="note">A key is what requests are told apart by, usually a user; all requests of one key go to the same variant.
Errors are those of the variant; mistakes of clients are not among them.</p></section>`
}

const SAMPLE_RATIO_ALARM = html`<p class="warning" role="note"><strong>The variants do not get the keys that they should.</strong>
Either some requests of one variant are not counted, or they do not reach this server: do not trust the comparison before the cause is found.</p>`

function shares(variants: readonly VariantView[]): Html | undefined {
  if (variants.length < 2) return undefined
  const parts = variants.map(({ name, permille }) => ({
    name,
    part: permille / 1000,
    label: permilleText(permille),
  }))
  return html`${stackedBar(parts)}${legend(parts.map(({ name, label }, tint) => ({ name, tint, value: label })))}`
}

function variantName({ name, isControl, modelUri, modelVersion }: VariantView, at: number): Html {
  const version = modelVersion === '' ? '' : `, version\u00a0${modelVersion}`
  return html`${swatch(at)}${name}${isControl ? html` <span class="tag">control</span>` : ''}<small>${modelUri}${version}</small>`
}

function numberColumn(title: string): Column {
  return { title, isNumber: true }
}
