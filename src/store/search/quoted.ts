import { invalidParameter } from '../../core/errors.ts'

/** A key without the single or double quotes around it, and then without the backticks. */
export function unquotedKey(key: string): string {
  return withoutBackticks(isQuoted(key) ? key.slice(1, -1) : key)
}

export function withoutBackticks(text: string): string {
  return isBetween(text, '`') ? text.slice(1, -1) : text
}

/**
 * The value of a text in quotes. What stands between them is taken as it is: two quotes are not one.
 * @throws ServingError INVALID_PARAMETER_VALUE for a text without quotes
 */
export function quotedText(text: string): string {
  if (isQuoted(text)) return text.slice(1, -1)
  throw invalidParameter(
    `Parameter value is either not quoted or unidentified quote types used for string value ${text}. ` +
      'Use either single or double quotes.',
  )
}

function isQuoted(text: string): boolean {
  return isBetween(text, "'") || isBetween(text, '"')
}

function isBetween(text: string, quote: string): boolean {
  return text.length >= 2 && text.startsWith(quote) && text.endsWith(quote)
}
