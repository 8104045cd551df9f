import { fact } from '../../page/fact.ts'
import { Html, html } from '../../page/html.ts'
import { timeText } from '../../page/number-texts.ts'
import { PAGE_STYLE } from '../../page/page-style.ts'
import type { BenchReport } from './bench-report.ts'
import { loadText } from './load-text.ts'
import { machineText } from './machine.ts'
import { comparisonSection } from './sections/comparison-section.ts'
import { courseSection } from './sections/course-section.ts'
import { figuresSection } from './sections/figures-section.ts'
import { maxSection } from './sections/max-section.ts'
import { percentileSection } from './sections/percentile-section.ts'
import { stagesSection } from './sections/stages-section.ts'

/**
 * A report as an HTML document for people, complete in itself: no script, nothing from elsewhere, its style and pictures
 * inline (CSP `default-src 'none'; style-src 'unsafe-inline'`).
 */
export function reportPage(report: BenchReport): string {
  const names = report.targets.map(({ target }) => target.name).join(', ')
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Load on ${names}</title><style>${new Html(PAGE_STYLE)}</style></head>
<body><main>
<header><p class="kind">Load measurement</p><h1>${names}</h1>
${report.warnings.map((warning) => html`<p class="warning" role="note">${warning}</p>`)}
${conclusions(report).map((text) => html`<p class="decision">${text}</p>`)}
<dl class="facts">${fact('Began', timeText(report.startedAt))}${report.targets
    .flatMap(({ chief }) => (chief === undefined ? [] : [chief]))
    .slice(0, 1)
    .map(({ load }) => fact('Load', loadText(load)))}</dl></header>
${figuresSection(report)}
${assertions(report)}
${report.targets.map(maxSection)}
${comparisonSection(report)}
${percentileSection(report)}
${courseSection(report)}
${stagesSection(report)}
${settingsSection(report)}
</main></body></html>
`.text
}

/** What it all comes to: verdicts of the load that was asked for, or what a search found. */
function conclusions({ targets, comparisons }: BenchReport): readonly string[] {
  const verdicts = comparisons.at(-1)?.comparisons.map(({ verdict }) => verdict) ?? []
  const found = targets.flatMap(({ max, target }) =>
    max === undefined ? [] : [targets.length === 1 ? max.explanation : `${target.name}: ${max.explanation}`],
  )
  return [...verdicts, ...found]
}

function assertions({ assertions: all }: BenchReport): Html | undefined {
  if (all.length === 0) return undefined
  return html`<section><h2>Assertions</h2><ul>${all.map(
    ({ text, passed, measured }) =>
      html`<li><span class="badge ${passed ? 'promoted' : 'rolled-back'}">${passed ? 'kept' : 'broken'}</span> ${text}: ${measured}</li>`,
  )}</ul></section>`
}

function settingsSection({ targets, machine, version, notes }: BenchReport): Html {
  return html`<section><h2>How it was measured</h2>
${targets.map(({ target }) => html`<h3>${target.name}</h3><p>${target.origin}. ${target.found.map((line) => `${line}. `)}</p>`)}
${targets
  .flatMap(({ chief }) => (chief === undefined ? [] : [chief]))
  .slice(0, 1)
  .map(
    ({ generator }) =>
      html`<p>Sent by ${generator.threads} ${generator.threads === 1 ? 'thread' : 'threads'} over ${generator.connections} connections.</p>`,
  )}
${notes.map((note) => html`<p>${note}</p>`)}
<p class="note">Measured by Headrace ${version} from ${machine.name}: ${machineText(machine)}.
Latencies of open loads count from when a request was to arrive, whether or not it could be sent then; those of closed loops from when it was sent. The two are not to be compared.</p></section>`
}
