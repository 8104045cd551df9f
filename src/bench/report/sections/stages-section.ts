import { type Html, html } from '../../../page/html.ts'
import { millisecondsText } from '../../../page/number-texts.ts'
import { stackedBar } from '../../../page/picture/bars.ts'
import { legend } from '../../../page/picture/legend.ts'
import type { BenchReport, TargetReport } from '../bench-report.ts'
import { stageTitle } from '../stage-bars.ts'
import { timeSpent } from '../time-spent.ts'

/** Where the time of an answer went, by what the server says in `Server-Timing`. */
export function stagesSection({ targets }: BenchReport): Html | undefined {
  const parts = targets.flatMap((target) => stages(target) ?? [])
  if (parts.length === 0) return undefined
  return html`<section><h2>Where the time went</h2>${parts}
<p class="note">Means of what the server tells in its answers (Server-Timing).</p></section>`
}

function stages({ target, chief }: TargetReport): Html | undefined {
  const spent = chief === undefined ? undefined : timeSpent(chief)
  if (spent === undefined) return undefined
  const { elsewhereMs } = spent
  const all = [
    ...spent.stages,
    ...(elsewhereMs === undefined ? [] : [{ name: 'elsewhere', milliseconds: elsewhereMs }]),
  ]
  const sum = all.reduce((total, { milliseconds }) => total + milliseconds, 0)
  const parts = all.map(({ name, milliseconds }) => ({
    name,
    part: milliseconds / sum,
    label: millisecondsText(milliseconds),
  }))
  return html`<h3>${target.name}</h3><p>${stageTitle(spent)}.</p>
${stackedBar(parts)}${legend(parts.map(({ name, label }, tint) => ({ name, tint, value: label })))}`
}
