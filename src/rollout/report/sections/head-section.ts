import { fact } from '../../../page/fact.ts'
import { type Html, html } from '../../../page/html.ts'
import { durationText, timeText } from '../../../page/number-texts.ts'
import type { RolloutView } from '../../rollout-view.ts'
import { PHASE_WORDS } from '../words.ts'

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
