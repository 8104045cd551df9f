/** `repr(text)` of a Python string: in single quotes, or in double quotes where only single ones are within. */
export function pythonTextRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text.replace(/[\\'\n\r\t\p{C}\p{Zl}\p{Zp}]|[^\S ]/gu, (character) =>
    character === "'" && quote === '"' ? character : escapedCharacter(character),
  )
  return quote + escaped + quote
}

/** `str(list)` of a Python list of strings. */
export function pythonListText(texts: readonly string[]): string {
  return `[${texts.map(pythonTextRepr).join(', ')}]`
}

const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

function escapedCharacter(character: string): string {
  const named = NAMED[character]
  if (named !== undefined) return named
  const code = character.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}
