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
 * A rollout as an HTML document for people, complete in itself: no script, nothing from elsewhere, its style and pictures
 * inline (CSP `default-src 'none'; style-src 'unsafe-inline'`).
 * @param place whether it is `/rollouts/NAME/report` of a server, or kept in a run of MLflow, beside `report.json`
 */
export function reportPage(view: RolloutView, place: 'server' | 'run' = 'server'): string {
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
<footer>The same for programs: ${place === 'server' ? serverLinks(view) : 'report.json, beside this page'}.</footer>
</main></body></html>
`.text
}

function serverLinks({ name }: RolloutView): Html {
  return html`<a href="../${encodeURIComponent(name.toWellFormed())}">this rollout as JSON</a>, <a href="../../rollouts">all rollouts of this server</a>`
}
