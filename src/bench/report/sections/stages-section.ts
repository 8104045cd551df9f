import { type Html, html } from '../../../page/html.ts'
import { millisecondsText } from '../../../page/number-texts.ts'
import { stackedBar } from '../../../page/picture/bars.ts'
import { legend } from '../../../page/picture/legend.ts'
import type { BenchReport, TargetReport } from '../bench-report.ts'

/** Where the time of an answer went, by what the server says in `Server-Timing`. */
export function stagesSection({ targets }: BenchReport): Html | undefined {
  const parts = targets.flatMap((target) => stages(target) ?? [])
  if (parts.length === 0) return undefined
  return html`<section><h2>Where the time went</h2>${parts}
<p class="note">Means of what the server tells in its answers (Server-Timing); its stages may overlap.</p></section>`
}

function stages({ target, chief }: TargetReport): Html | undefined {
  const times = Object.entries(chief?.stagesMs ?? {}).filter(([, ms]) => ms > 0)
  const sum = times.reduce((total, [, ms]) => total + ms, 0)
  if (chief === undefined || sum === 0) return undefined
  const parts = times.map(([name, ms]) => ({ name, part: ms / sum, label: millisecondsText(ms) }))
  return html`<h3>${target.name}, mean latency ${millisecondsText(chief.latencyMs.mean)}</h3>
${stackedBar(parts)}${legend(parts.map(({ name, label }, tint) => ({ name, tint, value: label })))}`
}
