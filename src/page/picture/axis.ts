import { type Html, html } from '../html.ts'
import type { Scale, Tick } from './scale.ts'

/** Of the plane that values are drawn on, in units of the picture. */
export interface Plane {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Labels on the left, each with a line across the plane; that of zero is stronger. */
export function valueAxis(plane: Plane, scale: Scale, ticks: readonly Tick[]): Html {
  return html`<g class="axis">${ticks.map(({ value, label }) => {
    const y = scale.place(value)
    return html`<line class="${value === 0 ? 'zero' : 'grid'}" x1="${plane.left}" x2="${plane.right}" y1="${y}" y2="${y}"/><text x="${plane.left - 6}" y="${y + 4}" text-anchor="end">${label}</text>`
  })}</g>`
}

/** Labels below the plane, with short lines. */
export function timeAxis(plane: Plane, scale: Scale, ticks: readonly Tick[]): Html {
  return html`<g class="axis">${ticks.map(({ value, label }) => {
    const x = scale.place(value)
    return html`<line class="tick" x1="${x}" x2="${x}" y1="${plane.bottom}" y2="${plane.bottom + 4}"/><text x="${x}" y="${plane.bottom + 18}" text-anchor="${anchorOf(x, plane)}">${label}</text>`
  })}</g>`
}

/** Lines from top to bottom at the times of changes. */
export function changeMarks(plane: Plane, scale: Scale, times: readonly number[]): Html {
  return html`<g>${times.map((time) => {
    const x = scale.place(time)
    return html`<line class="change" x1="${x}" x2="${x}" y1="${plane.top}" y2="${plane.bottom}"/>`
  })}</g>`
}

/** So that the last label stays within the picture. */
function anchorOf(x: number, { left, right }: Plane): 'start' | 'middle' | 'end' {
  if (right - x < 18) return 'end'
  return x - left < 18 ? 'start' : 'middle'
}
