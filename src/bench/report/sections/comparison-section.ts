import { type Html, html } from '../../../page/html.ts'
import { bytesText, millisecondsText, numberText, percentText } from '../../../page/number-texts.ts'
import { table } from '../../../page/table.ts'
import type { ComparedFigure, Comparison } from '../../compare/comparison.ts'
import { ratioText } from '../../compare/comparison-verdict.ts'
import type { BenchReport } from '../bench-report.ts'
import { loadText } from '../load-text.ts'

const NAMES: Readonly<Record<ComparedFigure['name'], string>> = {
  rate: 'Right answers a second',
  p50: 'Median latency',
  p99: '99th percentile',
  mean: 'Mean latency',
  'cpu-per-request': 'CPU time of a request',
  memory: 'Memory',
}

/** Targets side by side, figure by figure. */
export function comparisonSection({ comparisons }: BenchReport): Html | undefined {
  if (comparisons.length === 0) return undefined
  return html`<section><h2>Side by side</h2>${comparisons.flatMap(({ load, comparisons: each }) =>
    each.map((comparison) => part(loadText(load), comparison)),
  )}</section>`
}

function part(load: string, { baseline, other, verdict, figures, confidence }: Comparison): Html {
  const columns = [
    { title: 'Figure' },
    ...[baseline, other, `${other} / ${baseline}`, `${percentText(confidence)} interval`].map((title) => ({
      title,
      isNumber: true,
    })),
  ]
  const rows = figures.map((figure) => [
    NAMES[figure.name],
    valueText(figure, figure.baselineValue),
    valueText(figure, figure.otherValue),
    ...ratioTexts(figure),
  ])
  return html`<div class="split"><div><h3>${load}</h3><p>${verdict}</p>${rows.length === 0 ? '' : table('Geometric means of the rounds', columns, rows)}</div></div>`
}

function ratioTexts({ ratio, low, high }: ComparedFigure): readonly string[] {
  if (low === undefined || high === undefined) return [ratioText(ratio, ratio), 'not known']
  const width = high - low
  return [ratioText(ratio, width), `${ratioText(low, width)} to ${ratioText(high, width)}`]
}

function valueText({ name }: ComparedFigure, value: number): string {
  if (name === 'rate') return `${numberText(value)}/s`
  return name === 'memory' ? bytesText(value) : millisecondsText(value)
}
