import { type Html, html } from '../../page/html.ts'
import { line, tintClass } from '../../page/picture/line.ts'
import type { Scale } from '../../page/picture/scale.ts'

export interface DotPoint {
  readonly at: number
  readonly value: number
}

/** A dot for each that was measured, and a line through the means of those at one place. */
export function dots(points: readonly DotPoint[], x: Scale, y: Scale, tint: number): Html {
  return html`${line(meansOf(points), x, y, tint)}<g class="${tintClass(tint)}">${points.map(
    ({ at, value }) => html`<circle class="part" cx="${x.place(at)}" cy="${y.place(value)}" r="2.4"/>`,
  )}</g>`
}

/** @param points ascending by place */
function meansOf(points: readonly DotPoint[]): readonly DotPoint[] {
  const places = Map.groupBy(points, ({ at }) => at)
  return [...places].map(([at, here]) => ({
    at,
    value: here.reduce((sum, { value }) => sum + value, 0) / here.length,
  }))
}
