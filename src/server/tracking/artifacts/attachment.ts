/** Names that need no quotes in a header (RFC 9110, section 5.6.2). */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i
const NOT_ASCII = /[^\x20-\x7e]/gu
/** What stands in a name as it is, of what `encodeURIComponent` encodes or not (RFC 8187, section 3.2.1). */
const ATTRIBUTE_CHARACTERS = /[^a-z0-9!#$&+\-.^_`|~]/giu

/**
 * The Content-Disposition of an artifact: always a file to be saved, since what a browser shows or runs would be a
 * page of this server. As MLflow 3.17.2 writes it.
 */
export function attachment(name: string): string {
  if (name.search(NOT_ASCII) < 0) return `attachment; filename=${quoted(name)}`
  const ascii = name.normalize('NFKD').replace(NOT_ASCII, '') || 'download'
  return `attachment; filename=${quoted(ascii)}; filename*=UTF-8''${percentEncoded(name)}`
}

function quoted(name: string): string {
  return TOKEN.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`
}

function percentEncoded(name: string): string {
  return name.replace(ATTRIBUTE_CHARACTERS, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  )
}
