import { pythonTextRepr } from '../../core/python-repr.ts'

/** `repr` of a Python tuple of texts. */
export function tupleRepr(texts: readonly string[]): string {
  const items = texts.map(pythonTextRepr).join(', ')
  return texts.length === 1 ? `(${items},)` : `(${items})`
}

/** `repr` of a Python set of texts, in the order given; Python's own order is by chance. */
export function setRepr(texts: Iterable<string>): string {
  return `{${Array.from(texts, pythonTextRepr).join(', ')}}`
}
