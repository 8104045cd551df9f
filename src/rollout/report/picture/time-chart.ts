import { type Html, html } from '../html.ts'
import { changeMarks, type Plane, timeAxis, valueAxis } from './axis.ts'
import { type LegendEntry, legend } from './legend.ts'
import { roundTicks, Scale, timeTicks } from './scale.ts'

export interface TimeChart {
  readonly title: string
  /** What is to be seen, for those who cannot see it. */
  readonly description: string
  readonly times: readonly [from: number, to: number]
  /** Widened to round numbers; what lies beyond is cut off. */
  readonly values: readonly [low: number, high: number]
  readonly label: (value: number) => string
  /** Times of changes of the shares. */
  readonly changes: readonly number[]
  readonly entries: readonly LegendEntry[]
  readonly draw: (x: Scale, y: Scale) => readonly Html[]
}

const [WIDTH, HEIGHT] = [400, 190]
const PLANE: Plane = { left: 54, right: 392, top: 8, bottom: 162 }
const VALUE_TICKS = 4

/** A figure with time to the right and values upwards. */
export function timeChart(chart: TimeChart): Html {
  const ticks = roundTicks(...chart.values, VALUE_TICKS, chart.label)
  const x = new Scale(chart.times, [PLANE.left, PLANE.right])
  const y = new Scale([ticks[0]?.value ?? 0, ticks.at(-1)?.value ?? 1], [PLANE.bottom, PLANE.top])
  return html`<figure><figcaption>${chart.title}</figcaption>${legend(chart.entries)}
<svg class="chart" role="img" aria-label="${chart.title}. ${chart.description}" viewBox="0 0 ${WIDTH} ${HEIGHT}">
${valueAxis(PLANE, y, ticks)}${timeAxis(PLANE, x, timeTicks(...chart.times))}${changeMarks(PLANE, x, chart.changes)}
<svg class="plane" x="${PLANE.left}" y="${PLANE.top}" width="${PLANE.right - PLANE.left}" height="${PLANE.bottom - PLANE.top}" viewBox="${PLANE.left} ${PLANE.top} ${PLANE.right - PLANE.left} ${PLANE.bottom - PLANE.top}">${chart.draw(x, y)}</svg>
</svg></figure>`
}
