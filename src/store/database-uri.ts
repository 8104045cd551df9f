/**
 * A database URI as messages may show it: without user, password, driver and options. Up to the last @, since a
 * password may hold characters that should have been encoded.
 */
export function publicDatabaseUri(uri: string): string {
  return uri
    .replace(/^([a-z0-9]+)\+[a-z0-9]+:/i, '$1:')
    .replace(/^([a-z0-9]+:\/\/).*@/i, '$1')
    .replace(/[?#].*$/, '')
}
