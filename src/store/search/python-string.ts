const SINGLE_ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

const CODE_ESCAPE = /x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})/y

/**
 * Reads a text in quotes that begins at `start`, with Python's escapes.
 * @returns undefined where none begins there, or where it does not end
 */
export function pythonString(text: string, start: number): { value: string; end: number } | undefined {
  const quote = text[start]
  if (quote !== "'" && quote !== '"') return undefined
  let value = ''
  for (let at = start + 1; at < text.length; ) {
    const char = text[at] as string
    if (char === quote) return { value, end: at + 1 }
    if (char === '\n') return undefined
    if (char !== '\\') {
      value += char
      at += 1
      continue
    }
    const escaped = readEscape(text, at + 1)
    if (escaped === undefined) return undefined
    value += escaped.value
    at = escaped.end
  }
  return undefined
}

/** What Python does not know as an escape stays as it is, backslash and all. */
function readEscape(text: string, at: number): { value: string; end: number } | undefined {
  const char = text[at]
  if (char === undefined) return undefined
  const single = SINGLE_ESCAPES[char]
  if (single !== undefined) return { value: single, end: at + 1 }
  CODE_ESCAPE.lastIndex = at
  const code = CODE_ESCAPE.exec(text)
  if (code === null) return /[xuUN]/.test(char) ? undefined : { value: `\\${char}`, end: at + 1 }
  const [written, byte, unit, point, octal] = code
  const number = Number.parseInt(byte ?? unit ?? point ?? octal ?? '', octal === undefined ? 16 : 8)
  return number > 0x10ffff ? undefined : { value: String.fromCodePoint(number), end: at + written.length }
}
