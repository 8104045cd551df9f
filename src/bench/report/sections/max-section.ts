import { type Html, html } from '../../../page/html.ts'
import { countText, millisecondsText, numberText, percentText } from '../../../page/number-texts.ts'
import { chart } from '../../../page/picture/chart.ts'
import { line } from '../../../page/picture/line.ts'
import { roundTicks } from '../../../page/picture/scale.ts'
import { table } from '../../../page/table.ts'
import { limitText } from '../../search/explain-max.ts'
import type { FoundMax, RateTry } from '../../search/found-max.ts'
import type { TargetReport } from '../bench-report.ts'
import { type DotPoint, dots } from '../dots.ts'
import { decadeTicks, logarithm } from '../log-axis.ts'

/** Latency over rate: all loads of a search for the largest one. */
export function maxSection({ max, target }: TargetReport): Html | undefined {
  if (max === undefined || max.tries.length === 0) return undefined
  return html`<section><h2>Latency over rate, ${target.name}</h2>
<div class="alone">${rateChart(max)}</div>
<p class="note">Each dot is a load${max.ratePerSecond > 0 ? '; the dotted line is the rate that was found' : ''}.</p>${triesTable(max)}</section>`
}

function rateChart(max: FoundMax): Html {
  const tries = max.tries.filter(({ measurement }) => measurement.answered > 0)
  const ordered = tries.toSorted((a, b) => a.ratePerSecond - b.ratePerSecond)
  const values = ordered.flatMap(({ measurement }) => [measurement.latencyMs.p50, measurement.latencyMs.p99])
  const limit = max.limit.milliseconds
  const rates = ordered.map(({ ratePerSecond }) => ratePerSecond)
  const ticks = roundTicks(rates[0] ?? 0, rates.at(-1) ?? 1, 3, (rate) => `${numberText(rate)}/s`)
  const [from, to] = [ticks[0]?.value ?? 0, ticks.at(-1)?.value ?? 1]
  return chart({
    title: 'Latency over requests a second',
    description: `The limit of ${millisecondsText(limit)} is kept up to ${numberText(max.ratePerSecond)} requests a second.`,
    across: [from, to],
    acrossTicks: ticks,
    ticks: decadeTicks(Math.min(limit, ...values), Math.max(limit, ...values), millisecondsText),
    marks: max.ratePerSecond > 0 ? [max.ratePerSecond] : [],
    entries: [
      { name: 'median', tint: 1 },
      { name: '99th percentile', tint: 2 },
      { name: `limit, ${limitText(max.limit)}`, tint: 5 },
    ],
    draw: (x, y) => [
      line(
        [from, to].map((at) => ({ at, value: logarithm(limit) })),
        x,
        y,
        5,
      ),
      dots(
        pointsOf(ordered, ({ measurement }) => measurement.latencyMs.p50),
        x,
        y,
        1,
      ),
      dots(
        pointsOf(ordered, ({ measurement }) => measurement.latencyMs.p99),
        x,
        y,
        2,
      ),
    ],
  })
}

function pointsOf(tries: readonly RateTry[], read: (each: RateTry) => number): readonly DotPoint[] {
  return tries.map((each) => ({ at: each.ratePerSecond, value: logarithm(read(each)) }))
}

const VERDICTS = { within: 'within the limit', beyond: 'beyond the limit', undecided: 'not decided' } as const

function triesTable({ tries }: FoundMax): Html {
  const columns = [
    { title: 'Rate' },
    ...['Requests', 'Over the limit', 'Median', '99 %'].map((title) => ({ title, isNumber: true })),
    { title: 'By itself' },
  ]
  const rows = tries.map(({ ratePerSecond, counts, verdict, phase, measurement }) => [
    `${numberText(ratePerSecond)}/s`,
    countText(counts.requests),
    counts.requests === 0 ? '–' : percentText(counts.over / counts.requests),
    millisecondsText(measurement.latencyMs.p50),
    millisecondsText(measurement.latencyMs.p99),
    `${measurement.generator.wasLimit ? 'not sent in time' : VERDICTS[verdict]}${phase === 'confirmation' ? ', confirmation' : ''}`,
  ])
  return html`<details><summary>All ${tries.length} loads</summary>${table('In the order in which they were measured', columns, rows)}</details>`
}
