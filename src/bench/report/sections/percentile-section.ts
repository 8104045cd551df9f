import { type Html, html } from '../../../page/html.ts'
import { millisecondsText } from '../../../page/number-texts.ts'
import { chart } from '../../../page/picture/chart.ts'
import { line } from '../../../page/picture/line.ts'
import type { BenchReport, CurvePoint } from '../bench-report.ts'
import { decadeTicks, logarithm } from '../log-axis.ts'

/** All latencies of each target: how many of the requests took at most how long. */
export function percentileSection({ targets }: BenchReport): Html | undefined {
  const known = targets.map(({ target, curve }, tint) => ({ name: target.name, curve, tint }))
  const curves = known.filter(({ curve }) => curve.length > 1)
  if (curves.length === 0) return undefined
  // The very shortest would make room for nothing but themselves: they are cut off.
  const times = curves.flatMap(({ curve }) => curve.slice(1).map(({ milliseconds }) => milliseconds))
  const depth = Math.max(...curves.map(({ curve }) => depthOf(curve.at(-1))))
  const picture = chart({
    title: 'Latency by percentile',
    description: curves.map(({ name, curve }) => `${name}: ${curveText(curve)}`).join('. '),
    across: [0, depth],
    acrossTicks: percentileTicks(depth),
    ticks: decadeTicks(Math.min(...times), Math.max(...times), millisecondsText),
    entries: curves.map(({ name, tint }) => ({ name, tint: tint + 1 })),
    draw: (x, y) =>
      curves.map(({ curve, tint }) =>
        line(
          curve.map((point) => ({ at: depthOf(point), value: logarithm(point.milliseconds) })),
          x,
          y,
          tint + 1,
        ),
      ),
  })
  return html`<section><h2>All latencies</h2><div class="alone">${picture}</div>
<p class="note">Each step to the right leaves a tenth of the requests: those that take longest.</p></section>`
}

/** Powers of ten of what is left above a percentile: 90 is 1, 99 is 2. */
function depthOf(point: CurvePoint | undefined): number {
  return point === undefined ? 0 : -Math.log10(1 - point.percentile / 100)
}

function percentileTicks(depth: number) {
  const names = ['0 %', '90 %', '99 %', '99.9 %', '99.99 %', '99.999 %', '99.9999 %']
  return names.map((label, value) => ({ value, label })).filter(({ value }) => value <= depth)
}

function curveText(curve: readonly CurvePoint[]): string {
  const texts = [0, 1, 2, 3].map((wanted) => curve.find((point) => depthOf(point) >= wanted - 1e-9))
  return texts
    .flatMap((point) =>
      point === undefined
        ? []
        : [`${Number(point.percentile.toFixed(3))} % within ${millisecondsText(point.milliseconds)}`],
    )
    .join(', ')
}
