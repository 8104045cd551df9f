import { type Html, html } from '../../../page/html.ts'
import { countText, millisecondsText, numberText, partText } from '../../../page/number-texts.ts'
import { type Column, table } from '../../../page/table.ts'
import type { ShadowView } from '../../rollout-view.ts'
import { exampleCard } from './example-card.ts'

const COLUMNS: readonly Column[] = [
  { title: 'Output' },
  { title: 'Different elements', isNumber: true },
  { title: 'Other class', isNumber: true },
  { title: 'Largest difference', isNumber: true },
]

/** Copies of requests that other models answered for comparison. */
export function shadowsSection(shadows: readonly ShadowView[]): Html | undefined {
  return shadows.length === 0 ? undefined : html`${shadows.map(shadowSection)}`
}

function shadowSection(shadow: ShadowView): Html {
  return html`<section><h2>Shadow: ${shadow.name}</h2><p>${sentence(shadow)}</p>
${shadow.outputs.length === 0 ? '' : table('Its outputs beside those of the control', COLUMNS, shadow.outputs.map(outputRow))}
${examples(shadow.examples)}</section>`
}

function sentence({ compared, differing, failed, dropped, tooLarge, latencyMs }: ShadowView): string {
  const time =
    latencyMs === undefined
      ? ''
      : ` Half of its answers took at most ${millisecondsText(latencyMs.p50)}, 99 % of them ${millisecondsText(latencyMs.p99)}.`
  const left = dropped === 0 ? '' : ` ${countText(dropped)} copies were not made, to keep the server fast.`
  const large =
    tooLarge === 0
      ? ''
      : ` ${countText(tooLarge)} were not made since the request or its answer was too large for it.`
  return (
    `It answered copies of ${countText(compared)} requests, and nobody got its answers: ` +
    `${partText(differing, compared)} differed, ${countText(failed)} failed.${time}${left}${large}`
  )
}

function outputRow(output: ShadowView['outputs'][number]) {
  const { differentElements, elements, differentLabels, labelRows, largestExcess } = output
  return [
    output.output,
    html`${partText(differentElements, elements)} of ${countText(elements)}`,
    differentLabels === undefined || labelRows === undefined
      ? '–'
      : html`${partText(differentLabels, labelRows)} of ${countText(labelRows)}`,
    largestExcess === undefined ? '–' : excessText(largestExcess),
  ]
}

export function excessText(excess: number): string {
  if (excess === 0) return 'none'
  return excess >= 1e9 ? 'beyond any tolerance' : `${numberText(excess)} × the tolerance`
}

function examples(texts: readonly string[]): Html | undefined {
  if (texts.length === 0) return undefined
  return html`<h3>Examples of the largest differences</h3><div class="examples">${texts.map(exampleCard)}</div>`
}
