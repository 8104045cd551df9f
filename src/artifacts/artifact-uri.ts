/** The scheme of an artifact URI in lower case; undefined for a path. */
export function schemeOf(uri: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1]?.toLowerCase()
}

/** A URI without user, password, query and fragment: for messages. */
export function publicUri(uri: string): string {
  return uri.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*$/s, '')
}
