import type { Html } from '../../../page/html.ts'
import { type BandPoint, band } from '../../../page/picture/band.ts'
import { line } from '../../../page/picture/line.ts'
import { timeChart } from '../../../page/picture/time-chart.ts'
import type { ComparisonView, HistoryPoint, RolloutView } from '../../rollout-view.ts'
import { OUTCOME_WORDS } from '../words.ts'
import { changeTimes, timesOf } from './course.ts'

/**
 * The interval of a variant's difference from the control, over time; undefined as long as there are not two of them.
 * @param at place of the comparison in the view
 */
export function intervalChart(view: RolloutView, comparison: ComparisonView, at: number): Html | undefined {
  const points = view.history.flatMap((point) => bandPoint(point, at))
  const last = points.at(-1)
  if (points.length < 2 || last === undefined) return undefined
  const { tick, inUnit, interval } = OUTCOME_WORDS[view.outcomeKind]
  const tint = view.variants.findIndex(({ name }) => name === comparison.variant)
  const control = view.variants.find(({ isControl }) => isControl)?.name ?? 'control'
  return timeChart({
    title: `${comparison.variant} against ${control}${inUnit}`,
    description: `The interval is ${interval(last)} at the end.`,
    times: timesOf(view.history),
    values: extentOf(points),
    label: tick,
    changes: changeTimes(view.history),
    entries: [{ name: 'difference, with its interval', tint }],
    draw: (x, y) => [
      band(points, x, y, tint),
      line(
        points.map((point) => ({ at: point.at, value: (point.low + point.high) / 2 })),
        x,
        y,
        tint,
      ),
    ],
  })
}

function bandPoint({ at, intervals }: HistoryPoint, comparison: number): readonly BandPoint[] {
  const interval = intervals[comparison]
  return interval === undefined ? [] : [{ at, ...interval }]
}

/** Of the later points, and zero: the first intervals are so wide that nothing else would be seen. */
function extentOf(points: readonly BandPoint[]): readonly [number, number] {
  const later = points.slice(Math.floor(points.length / 5))
  return [Math.min(0, ...later.map(({ low }) => low)), Math.max(0, ...later.map(({ high }) => high))]
}
