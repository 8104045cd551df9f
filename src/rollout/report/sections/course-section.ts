import { type Html, html } from '../../../page/html.ts'
import { millisecondsText, numberText, percentText } from '../../../page/number-texts.ts'
import { line, type Point, stepLine } from '../../../page/picture/line.ts'
import { timeChart } from '../../../page/picture/time-chart.ts'
import type { HistoryPoint, RolloutView, VariantView } from '../../rollout-view.ts'
import { changeTimes, course, errorRates, requestRates, timesOf } from '../picture/course.ts'
import { OUTCOME_WORDS } from '../words.ts'

interface Measure {
  readonly title: string
  readonly text: (value: number) => string
  readonly of: (history: readonly HistoryPoint[], variant: number) => readonly Point[]
  /** The values begin at zero. */
  readonly fromZero: boolean
  /** At least this much is shown. */
  readonly least?: number
  readonly draw: typeof line
}

const SHARE: Measure = {
  title: 'Share of the keys',
  text: percentText,
  of: (history, variant) => course(history, variant, ({ permille }) => permille / 1000),
  fromZero: true,
  draw: stepLine,
}

const LATENCY: Measure = {
  title: 'Time within which 99 % are answered',
  text: millisecondsText,
  of: (history, variant) => course(history, variant, ({ p99Ms }) => p99Ms),
  fromZero: true,
  draw: line,
}

const ERRORS: Measure = {
  title: 'Requests with an error',
  text: percentText,
  of: errorRates,
  fromZero: true,
  least: 0.01,
  draw: line,
}

const REQUESTS: Measure = {
  title: 'Requests a second',
  text: numberText,
  of: requestRates,
  fromZero: true,
  draw: line,
}

/** What has changed over time. */
export function courseSection(view: RolloutView): Html | undefined {
  if (view.history.length < 2) return undefined
  const hasChanges = changeTimes(view.history).length > 0
  const measures = [meanOf(view), LATENCY, ERRORS, ...(hasChanges ? [SHARE] : [])]
  const charts = measures.flatMap((measure) => chartOf(view, measure) ?? [])
  if (charts.length === 0) return undefined
  // Two stand side by side: the last one is not to be alone.
  const last = charts.length % 2 === 0 ? undefined : chartOf(view, REQUESTS)
  return html`<section><h2>Over time</h2><div class="charts">${charts}${last}</div>
<p class="note">All times are UTC.${hasChanges ? ' Dotted lines: the shares changed.' : ''}</p></section>`
}

function meanOf({ outcomeKind }: RolloutView): Measure {
  const { mean, value } = OUTCOME_WORDS[outcomeKind]
  return {
    title: mean,
    text: value,
    of: (history, variant) => course(history, variant, (point) => point.mean),
    fromZero: false,
    draw: line,
  }
}

interface Course {
  readonly variant: VariantView
  readonly tint: number
  readonly points: readonly Point[]
  readonly last: number | undefined
}

function chartOf({ variants, history }: RolloutView, measure: Measure): Html | undefined {
  const courses = variants
    .map((variant, tint): Course => {
      const points = measure.of(history, tint)
      return { variant, tint, points, last: points.findLast(({ value }) => value !== undefined)?.value }
    })
    .filter(({ last }) => last !== undefined)
  if (!courses.some(({ points }) => isLine(points))) return undefined
  const entries = courses.map(({ variant, tint, last = 0 }) => ({
    name: variant.name,
    tint,
    value: measure.text(last),
  }))
  return timeChart({
    title: measure.title,
    description: `At the end: ${entries.map(({ name, value }) => `${name} ${value}`).join(', ')}.`,
    times: timesOf(history),
    values: extentOf(courses, measure),
    label: measure.text,
    changes: changeTimes(history),
    entries,
    draw: (x, y) => courses.map(({ points, tint }) => measure.draw(points, x, y, tint)),
  })
}

function isLine(points: readonly Point[]): boolean {
  return points.filter(({ value }) => value !== undefined).length > 1
}

/** Of means only the later ones count: the first are of few outcomes, and anywhere. */
function extentOf(courses: readonly Course[], { fromZero, least = 0 }: Measure): readonly [number, number] {
  const values = courses.flatMap(({ points }) => {
    const known = points.flatMap(({ value }) => (value === undefined ? [] : [value]))
    return fromZero ? known : known.slice(Math.floor(known.length / 10))
  })
  return fromZero ? [0, Math.max(least, ...values)] : [Math.min(...values), Math.max(...values)]
}
