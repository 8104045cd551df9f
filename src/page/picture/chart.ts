import { type Html, html } from '../html.ts'
import { changeMarks, type Plane, timeAxis, valueAxis } from './axis.ts'
import { type LegendEntry, legend } from './legend.ts'
import { Scale, type Tick } from './scale.ts'

export interface Chart {
  readonly title: string
  /** What is to be seen, for those who cannot see it. */
  readonly description: string
  /** What lies beyond is cut off. */
  readonly across: readonly [from: number, to: number]
  readonly acrossTicks: readonly Tick[]
  /** Upwards, from the first tick to the last; at least two, ascending. */
  readonly ticks: readonly Tick[]
  /** Where lines go from top to bottom. */
  readonly marks?: readonly number[]
  readonly entries: readonly LegendEntry[]
  readonly draw: (x: Scale, y: Scale) => readonly Html[]
}

const [WIDTH, HEIGHT] = [400, 190]
const PLANE: Plane = { left: 54, right: 392, top: 8, bottom: 162 }

/** A figure with two axes: its title, what is which, and the picture. */
export function chart({ title, description, across, acrossTicks, ticks, marks = [], ...rest }: Chart): Html {
  const { left, right, top, bottom } = PLANE
  const x = new Scale(across, [left, right])
  const y = new Scale([ticks[0]?.value ?? 0, ticks.at(-1)?.value ?? 1], [bottom, top])
  const [width, height] = [right - left, bottom - top]
  return html`<figure><figcaption>${title}</figcaption>${legend(rest.entries)}
<svg class="chart" role="img" aria-label="${title}. ${description}" viewBox="0 0 ${WIDTH} ${HEIGHT}">
${valueAxis(PLANE, y, ticks)}${timeAxis(PLANE, x, acrossTicks)}${changeMarks(PLANE, x, marks)}
<svg class="plane" x="${left}" y="${top}" width="${width}" height="${height}" viewBox="${left} ${top} ${width} ${height}">${rest.draw(x, y)}</svg>
</svg></figure>`
}
