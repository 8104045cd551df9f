/** Texts that stand in JSON as they are, which most are. */
const PLAIN = /^[ !#-[\]-~]*$/

/** What Python's `json.dumps` escapes and JSON.stringify does not: everything outside printable ASCII. */
const NOT_ASCII = /[\x7f-\uffff]/g

/** The JSON text of a string as Python's `json.dumps` writes it by default, all in ASCII. */
export function asciiJson(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  return asciiOnly(JSON.stringify(text))
}

/** A JSON text with all that is not ASCII, which only strings in it can hold, as escapes. */
export function asciiOnly(json: string): string {
  return json.replace(NOT_ASCII, unicodeEscape)
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
