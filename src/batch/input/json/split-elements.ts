import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './json-scanner.ts'

/**
 * The elements of a block one by one, as views of their text without the commas between them. What stands around a
 * value is white space at most, so that each is a JSON document.
 */
export function splitElements(elements: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < elements.length; at += 1) {
    const byte = elements[at]!
    // Digits, which most bytes are, pass three comparisons.
    if (byte >= OPEN_BRACKET) depth += depthChange(byte)
    else if (byte === QUOTE) at = stringEnd(elements, at)
    else if (byte === COMMA && depth === 0) {
      parts.push(elements.subarray(start, at))
      start = at + 1
    }
  }
  parts.push(elements.subarray(start))
  return parts
}

function depthChange(byte: number): number {
  if (byte === OPEN_BRACKET || byte === OPEN_BRACE) return 1
  return byte === CLOSE_BRACKET || byte === CLOSE_BRACE ? -1 : 0
}

/** Where the closing quote of a string is. */
function stringEnd(bytes: Uint8Array, opening: number): number {
  let at = opening + 1
  for (; at < bytes.length && bytes[at] !== QUOTE; at += 1) if (bytes[at] === BACKSLASH) at += 1
  return at
}
