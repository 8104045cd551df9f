import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ScenarioResult } from '../contest/result.ts'
import { draw } from './draw.ts'
import { openLoopPlot } from './open-loop-plot.ts'
import { latencyPlot, ratePlot } from './plots.ts'
import { readGrowth } from './read-growth.ts'
import { readResults } from './read-results.ts'
import { withTable } from './readme-table.ts'
import { isDrawn, resultsPage } from './results-page.ts'

/** Where results are read and reports are written. */
export interface ReportPlaces {
  /** Of the raw rounds, one file a scenario; plots are written beside them. */
  readonly results: string
  readonly page: string
  readonly readme: string
}

export const REPORT_PLACES: ReportPlaces = {
  results: fileURLToPath(new URL('../results/', import.meta.url)),
  page: fileURLToPath(new URL('../results.md', import.meta.url)),
  readme: fileURLToPath(new URL('../../README.md', import.meta.url)),
}

/**
 * Writes the page of results, the plots and the table of the README from all results that are kept: the same from the
 * same, whenever.
 *
 * @throws Error where a result is not what `contest/result.ts` says; nothing is written then
 */
export async function makeReport(say: (line: string) => void, places = REPORT_PLACES): Promise<void> {
  mkdirSync(places.results, { recursive: true })
  const results = readResults(places.results)
  for (const result of results.filter(isDrawn)) await drawPlots(result, places.results)
  writeFileSync(places.page, resultsPage(results, readGrowth(places.results)))
  say(`Wrote ${places.page} from ${results.length} scenarios.`)
  writeReadme(results, say, places.readme)
}

async function drawPlots(result: ScenarioResult, folder: string): Promise<void> {
  writeFileSync(join(folder, `${result.scenario}-rate.svg`), await draw(ratePlot(result)))
  writeFileSync(join(folder, `${result.scenario}-latency.svg`), await draw(latencyPlot(result)))
  const openLoop = openLoopPlot(result)
  if (openLoop !== undefined)
    writeFileSync(join(folder, `${result.scenario}-open-loop.svg`), await draw(openLoop))
}

function writeReadme(results: readonly ScenarioResult[], say: (line: string) => void, file: string): void {
  const readme = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const changed = withTable(readme, results)
  if (changed === undefined)
    say(`${file} has no marks <!-- benchmarks --> and <!-- /benchmarks -->: left as it is.`)
  else writeFileSync(file, changed)
}
