import { type Html, type HtmlPart, html } from './html.ts'

/** A name and its value, to stand in a `<dl class="facts">`. */
export function fact(name: string, value: HtmlPart): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`
}
