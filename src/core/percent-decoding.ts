const ESCAPES = /(?:%[0-9a-f]{2})+/gi

/** A text without its percent escapes, as Python's `urllib.parse.unquote`: what is no escape, and no UTF-8, is no error. */
export function percentDecoded(text: string): string {
  return text.replace(ESCAPES, (escapes) => Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'))
}

/** More levels of escapes than anyone means: each costs a walk through the text. */
const MOST_LEVELS = 50

/**
 * A text without its escapes, those of escapes too (`%252e`).
 * @param decoded takes one level away
 * @returns undefined where there is no end of them
 */
export function fullyDecoded(text: string, decoded = percentDecoded): string | undefined {
  let before = text
  for (let level = 0; level < MOST_LEVELS; level++) {
    const after = decoded(before)
    if (after === before) return after
    before = after
  }
  return undefined
}
