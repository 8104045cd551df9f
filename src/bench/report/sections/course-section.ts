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

const COURSES: readonly Course[] = [
  {
    title: 'Right answers of requests that were due in each second',
    text: numberText,
    lines: [{ name: '', read: ({ answered }) => answered }],
  },
  {
    title: 'Latency',
    text: millisecondsText,
    lines: [
      { name: 'median', read: ({ p50Ms, answered }) => (answered === 0 ? undefined : p50Ms) },
      { name: '99 %', read: ({ p99Ms, answered }) => (answered === 0 ? undefined : p99Ms) },
    ],
  },
  { title: 'Failures', text: numberText, lines: [{ name: '', read: ({ failed }) => failed }] },
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
  const charts = COURSES.flatMap((course) => courseChart(report, course) ?? [])
  if (charts.length === 0) return undefined
  const hasRounds = report.targets.some(({ measurements }) => measurements.length > 1)
  return html`<section><h2>Over time</h2><div class="charts">${charts}</div>
<p class="note">Seconds of the measured time.${hasRounds ? ' The rounds stand one after the other.' : ''}</p></section>`
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
    acrossTicks: roundTicks(0, seconds, 5, String).filter(({ value }) => value <= seconds),
    ticks: roundTicks(0, Math.max(...values), 4, text),
    entries: drawn.map(({ name, tint }) => ({ name, tint })),
    draw: (x, y) => drawn.map(({ points, tint }) => line(points, x, y, tint)),
  })
}
