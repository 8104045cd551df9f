import { type Html, html } from '../html.ts'
import { tintClass } from './line.ts'

export interface BarPart {
  readonly name: string
  /** Of all parts together, from 0 to 1. */
  readonly part: number
  readonly label: string
}

const [WIDTH, HEIGHT] = [1000, 36]
/** Between two parts, so that they are told apart without colours. */
const GAP = 4
const LEAST_WIDTH = 2

/** One bar of the whole width, cut into parts that follow each other. */
export function stackedBar(parts: readonly BarPart[]): Html {
  let from = 0
  const rects = parts.map(({ part }, at) => {
    const x = from * WIDTH
    from += part
    const width = part === 0 ? 0 : Math.max(LEAST_WIDTH, part * WIDTH - (from < 1 ? GAP : 0))
    return html`<rect class="part ${tintClass(at)}" x="${x.toFixed(1)}" width="${width.toFixed(1)}" height="${HEIGHT}"/>`
  })
  const description = parts.map(({ name, label }) => `${name} ${label}`).join(', ')
  return html`<svg class="bar" role="img" aria-label="Shares: ${description}" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">${rects}</svg>`
}
