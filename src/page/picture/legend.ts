import { type Html, html } from '../html.ts'
import { tintClass } from './line.ts'

export interface LegendEntry {
  readonly name: string
  /** Number of the variant. */
  readonly tint: number
  readonly value?: string
}

/** Which colour is what, as text of the page: it grows with the reader's own font size. */
export function legend(entries: readonly LegendEntry[]): Html {
  return html`<ul class="legend">${entries.map(
    ({ name, tint, value }) =>
      html`<li>${swatch(tint)}<span>${name}</span>${value === undefined ? '' : html` <b>${value}</b>`}</li>`,
  )}</ul>`
}

/** The colour and dashes of a variant. */
export function swatch(tint: number): Html {
  return html`<svg class="swatch" viewBox="0 0 20 8" aria-hidden="true"><path class="line ${tintClass(tint)}" d="M2 4H18"/></svg>`
}
