import { type Html, html } from '../html.ts'
import type { Scale } from './scale.ts'

export interface Point {
  readonly at: number
  /** Undefined where there is a gap. */
  readonly value: number | undefined
}

/** @param tint number of the variant, by which it has its colour and dashes */
export function line(points: readonly Point[], x: Scale, y: Scale, tint: number): Html {
  return html`<path class="line ${tintClass(tint)}" d="${pathOf(points, x, y, false)}"/>`
}

/** A line that keeps its value up to the next point. */
export function stepLine(points: readonly Point[], x: Scale, y: Scale, tint: number): Html {
  return html`<path class="line ${tintClass(tint)}" d="${pathOf(points, x, y, true)}"/>`
}

const TINTS = 6

export function tintClass(variant: number): string {
  return `v${variant % TINTS}`
}

/** A point between two gaps is a line to itself, which round ends make a dot. */
function pathOf(points: readonly Point[], x: Scale, y: Scale, steps: boolean): string {
  let path = ''
  let isDrawn = false
  for (const { at, value } of points) {
    if (value !== undefined) {
      const place = `${x.place(at)} ${y.place(value)}`
      if (!isDrawn) path += `M${place}L${place}`
      else path += steps ? `H${x.place(at)}V${y.place(value)}` : `L${place}`
    }
    isDrawn = value !== undefined
  }
  return path
}
