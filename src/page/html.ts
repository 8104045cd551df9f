/** Text that is HTML already. Made only by `html`, which escapes whatever is put into it. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Foreign text and numbers are escaped; parts that are HTML, and lists of them, are taken as they are; undefined is nothing. */
export type HtmlPart = Html | string | number | undefined | readonly HtmlPart[]

/** Tag of a template whose literal parts are HTML, for text and quoted attributes. */
export function html(literals: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  let text = literals[0] ?? ''
  for (const [at, part] of parts.entries()) text += textOf(part) + (literals[at + 1] ?? '')
  return new Html(text)
}

function textOf(part: HtmlPart): string {
  if (part === undefined) return ''
  if (part instanceof Html) return part.text
  return typeof part === 'object' ? part.map(textOf).join('') : escaped(String(part))
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
