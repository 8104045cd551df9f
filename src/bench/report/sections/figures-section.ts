import { type Html, html } from '../../../page/html.ts'
import { bytesText, countText, millisecondsText, numberText, partText } from '../../../page/number-texts.ts'
import { swatch } from '../../../page/picture/legend.ts'
import { type Column, table } from '../../../page/table.ts'
import type { Measurement } from '../../measurement.ts'
import type { BenchReport } from '../bench-report.ts'
import { loadText } from '../load-text.ts'

const NUMBERS = ['Right answers', 'Median', '90 %', '99 %', '99.9 %', 'Longest', 'Failures']
const OF_SERVER = ['Cores', 'CPU time of a request', 'Memory']

/** Every load of every target, those on the way first. */
export function figuresSection({ targets }: BenchReport): Html {
  const all = targets.flatMap(({ merged, chief }) => [...merged, ...(chief === undefined ? [] : [chief])])
  const hasServer = all.some(({ server }) => server !== undefined)
  const titles = [...NUMBERS, ...(hasServer ? OF_SERVER : [])]
  const columns: readonly Column[] = [
    { title: 'Load' },
    ...titles.map((title) => ({ title, isNumber: true })),
  ]
  const rows = targets.flatMap(({ target, merged, chief }, at) =>
    [...merged, ...(chief === undefined ? [] : [chief])].map((measurement) => [
      html`${targets.length > 1 ? html`${swatch(at + 1)}${target.name}, ` : ''}${loadText(measurement.load)}`,
      ...figures(measurement),
      ...(hasServer ? serverFigures(measurement) : []),
    ]),
  )
  return html`<section><h2>Latencies</h2>${table('Of right answers, to the last byte', columns, rows)}</section>`
}

function figures({ answered, offered, seconds, latencyMs }: Measurement): readonly string[] {
  const { p50, p90, p99, p999, max } = latencyMs
  const rate = `${numberText(seconds > 0 ? answered / seconds : 0)}/s`
  const times = [p50, p90, p99, p999, max].map((ms) => (answered === 0 ? '–' : millisecondsText(ms)))
  return [rate, ...times, offered === answered ? countText(0) : partText(offered - answered, offered)]
}

function serverFigures({ server }: Measurement): readonly string[] {
  if (server === undefined) return ['–', '–', '–']
  return [numberText(server.cpu), millisecondsText(server.cpuMsPerRequest), bytesText(server.memory)]
}
