import { type Html, html } from '../html.ts'
import { tintClass } from './line.ts'
import type { Scale } from './scale.ts'

export interface BandPoint {
  readonly at: number
  readonly low: number
  readonly high: number
}

/** The area between two lines. */
export function band(points: readonly BandPoint[], x: Scale, y: Scale, tint: number): Html {
  const upper = points.map(({ at, high }) => `${x.place(at)} ${y.place(high)}`)
  const lower = points.toReversed().map(({ at, low }) => `${x.place(at)} ${y.place(low)}`)
  return html`<path class="band ${tintClass(tint)}" d="M${[...upper, ...lower].join('L')}Z"/>`
}
