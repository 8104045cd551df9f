import { type Html, html } from '../../../page/html.ts'
import { bytesText, millisecondsText, numberText } from '../../../page/number-texts.ts'
import { chart } from '../../../page/picture/chart.ts'
import { line, type Point } from '../../../page/picture/line.ts'
import { roundTicks } from '../../../page/picture/scale.ts'
import type { SecondOutcome } from '../../measurement.ts'
import type { BenchReport } from '../bench-report.ts'

interface Course {
  readonly title: string
  readonly text: (value: number) => string
  readonly lines: readonly CourseLine[]
}

interface CourseLine {
  readonly name: string
  readonly read: (second: SecondOutcome) => number | undefined
}

const MEDIAN: CourseLine = {
  name: 'median',
  read: ({ p50Ms, answered }) => (answered === 0 ? undefined : p50Ms),
}
const P99: CourseLine = {
  name: '99th percentile',
  read: ({ p99Ms, answered }) => (answered === 0 ? undefined : p99Ms),
}

/** Both lines of one target have a picture together; of several each line has its own, in which a target has its colour. */
const LATENCY: readonly Course[] = [{ title: 'Latency', text: millisecondsText, lines: [MEDIAN, P99] }]
const LATENCIES: readonly Course[] = [MEDIAN, P99].map((line) => ({
  title: `Latency, ${line.name}`,
  text: millisecondsText,
  lines: [{ ...line, name: '' }],
}))

const ANSWERS: Course = {
  title: 'Right answers of requests that were due in each second',
  text: (rate) => `${numberText(rate)}/s`,
  lines: [{ name: '', read: ({ answered }) => answered }],
}

const OTHERS: readonly Course[] = [
  {
    title: 'Failures',
    text: (rate) => `${numberText(rate)}/s`,
    lines: [{ name: '', read: ({ failed }) => failed }],
  },
  {
    title: 'Cores that the server used',
    text: numberText,
    lines: [{ name: '', read: ({ serverCpu }) => serverCpu }],
  },
  {
    title: 'Memory of the server',
    text: bytesText,
    lines: [{ name: '', read: ({ serverMemory }) => serverMemory }],
  },
]

interface Drawn {
  readonly name: string
  readonly tint: number
  readonly points: readonly Point[]
}

/** What changed from second to second. */
export function courseSection(report: BenchReport): Html | undefined {
  const courses = [ANSWERS, ...(report.targets.length > 1 ? LATENCIES : LATENCY), ...OTHERS]
  const charts = courses.flatMap((course) => courseChart(report, course) ?? [])
  if (charts.length === 0) return undefined
  const hasRounds = report.targets.some(({ measurements }) => measurements.length > 1)
  return html`<section><h2>Over time</h2><div class="charts">${charts}</div>
<p class="note">Time since the measurement began.${hasRounds ? ' The rounds stand one after the other.' : ''}</p></section>`
}

function courseChart({ targets }: BenchReport, { title, text, lines }: Course): Html | undefined {
  const drawn = targets
    .flatMap(({ target, chief }, at) =>
      lines.map(
        ({ name, read }, place): Drawn => ({
          name: [
            ...(targets.length > 1 || name === '' ? [target.name] : []),
            ...(name === '' ? [] : [name]),
          ].join(', '),
          tint: at * lines.length + place + 1,
          points: (chief?.overTime ?? []).map((second) => ({ at: second.second, value: read(second) })),
        }),
      ),
    )
    .filter(({ points }) => points.filter(({ value }) => value !== undefined).length > 1)
  if (drawn.length === 0) return undefined
  const values = drawn.flatMap(({ points }) => points.map(({ value = 0 }) => value))
  // Nothing failed: a picture of zeros tells nothing.
  if (Math.max(...values) === 0) return undefined
  const seconds = Math.max(...drawn.flatMap(({ points }) => points.map(({ at }) => at)))
  return chart({
    title,
    description: `At most ${text(Math.max(...values))}.`,
    across: [0, seconds],
    acrossTicks: roundTicks(0, seconds, 5, (second) => `${second}\u00a0s`).filter(
      ({ value }) => value <= seconds,
    ),
    ticks: roundTicks(0, Math.max(...values), 4, text),
    entries: drawn.map(({ name, tint }) => ({ name, tint })),
    draw: (x, y) => drawn.map(({ points, tint }) => line(points, x, y, tint)),
  })
}
