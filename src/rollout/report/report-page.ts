import { Html, html } from '../../page/html.ts'
import { PAGE_STYLE } from '../../page/page-style.ts'
import type { RolloutView } from '../rollout-view.ts'
import { assignmentSection } from './sections/assignment-section.ts'
import { canarySection } from './sections/canary-section.ts'
import { comparisonsSection } from './sections/comparisons-section.ts'
import { courseSection } from './sections/course-section.ts'
import { guardsSection } from './sections/guards-section.ts'
import { headSection } from './sections/head-section.ts'
import { shadowsSection } from './sections/shadows-section.ts'
import { variantsSection } from './sections/variants-section.ts'

/**
 * Where a report is read: at `/rollouts/NAME/report` of a server, in a run of MLflow beside `report.json`, or in a file, which
 * tells the URL of the server that it came from.
 */
export type ReportPlace = 'server' | 'run' | { readonly savedFrom: string }

/**
 * A rollout as an HTML document for people, complete in itself: no script, nothing from elsewhere, its style and pictures
 * inline (CSP `default-src 'none'; style-src 'unsafe-inline'`).
 */
export function reportPage(view: RolloutView, place: ReportPlace = 'server'): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rollout ${view.name}</title><style>${new Html(PAGE_STYLE)}</style></head>
<body><main>
${headSection(view)}
${variantsSection(view)}
${canarySection(view.canary)}
${comparisonsSection(view)}
${courseSection(view)}
${shadowsSection(view.shadows)}
${guardsSection(view.guards)}
${assignmentSection(view)}
<footer>The same for programs: ${sameForPrograms(view, place)}.</footer>
</main></body></html>
`.text
}

function sameForPrograms({ name }: RolloutView, place: ReportPlace): Html | string {
  if (place === 'run') return 'report.json, beside this page'
  // Relative on the server itself, which does not know under what address it is reached.
  const rollouts = place === 'server' ? '../../rollouts' : `${place.savedFrom}/rollouts`
  const path = `${rollouts}/${encodeURIComponent(name.toWellFormed())}`
  const server = place === 'server' ? 'this server' : place.savedFrom
  return html`<a href="${path}">this rollout as JSON</a>, <a href="${rollouts}">all rollouts of ${server}</a>`
}
