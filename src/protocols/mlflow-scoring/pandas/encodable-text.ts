import { valueError } from '../python/python-error.ts'

/** Halves of surrogate pairs that follow one another; a whole pair is one character to this pattern. */
const HALVES = /[\ud800-\udfff]+/u

/**
 * pandas 3 holds text in UTF-8, which has no halves of surrogate pairs.
 * @throws PythonError where a text has one
 */
export function checkEncodable(texts: readonly (string | null)[]): void {
  for (const text of texts) if (text?.isWellFormed() === false) throw notEncodable(text)
}

function notEncodable(text: string): Error {
  const [halves = ''] = HALVES.exec(text) ?? []
  const position = [...text.slice(0, text.search(HALVES))].length
  const place =
    halves.length === 1
      ? `character '\\u${halves.charCodeAt(0).toString(16)}' in position ${position}`
      : `characters in position ${position}-${position + halves.length - 1}`
  return valueError(`'utf-8' codec can't encode ${place}: surrogates not allowed`)
}
