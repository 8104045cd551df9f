import { pythonString } from './python-string.ts'

/** An item of a list: a text, or a number as it was written. */
export type ListItem = string | { readonly number: string }

/**
 * Reads a list in brackets as Python reads a tuple (`ast.literal_eval`), which is how MLflow 3.17.2 reads those of
 * its filters: texts that stand side by side are one, and escapes are Python's.
 * @returns undefined for what is no list of texts and numbers
 */
export function readPythonList(text: string): readonly ListItem[] | undefined {
  const inner = text.slice(1, -1)
  const items: ListItem[] = []
  let at = skipSpace(inner, 0)
  while (at < inner.length) {
    const item = readItem(inner, at)
    if (item === undefined) return undefined
    items.push(item.value)
    at = skipSpace(inner, item.end)
    if (at === inner.length) break
    if (inner[at] !== ',') return undefined
    at = skipSpace(inner, at + 1)
  }
  return items
}

function readItem(text: string, start: number): { value: ListItem; end: number } | undefined {
  const number = /[+-]?\s*(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?/iy
  number.lastIndex = start
  const [written] = number.exec(text) ?? []
  if (written !== undefined) return { value: { number: written }, end: start + written.length }
  let value: string | undefined
  let end = start
  for (let at = start; ; at = skipSpace(text, end)) {
    const piece = pythonString(text, at)
    if (piece === undefined) break
    value = (value ?? '') + piece.value
    end = piece.end
  }
  return value === undefined ? undefined : { value, end }
}

function skipSpace(text: string, start: number): number {
  let at = start
  while (at < text.length && /\s/.test(text.charAt(at))) at += 1
  return at
}
