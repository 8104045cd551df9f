import type { RolloutView } from '../../rollout-view.ts'
import { type Html, html } from '../html.ts'
import { durationText, PHASE_WORDS, timeText } from '../words.ts'

/** The name, the decision in a sentence, and since when. */
export function headSection(view: RolloutView): Html {
  const until = view.history.at(-1)?.at
  return html`<header><p class="kind">Rollout</p><h1>${view.name} <span class="badge ${view.phase}">${PHASE_WORDS[view.phase]}</span></h1>
<p class="decision ${view.phase}">${view.decision}</p>
${view.cause === '' || view.decision.includes(view.cause) ? '' : html`<p>Cause: ${view.cause}</p>`}
<dl class="facts">
${fact('Began', timeText(view.startedAt))}
${until === undefined ? '' : fact('Data until', `${timeText(until)}, after ${durationText((until - view.startedAt) / 1000)}`)}
${view.changedAt === view.startedAt ? '' : fact('Last change', timeText(view.changedAt))}
${view.runId === undefined ? '' : fact('MLflow run', view.runId)}
</dl></header>`
}

export function fact(name: string, value: string): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`
}
