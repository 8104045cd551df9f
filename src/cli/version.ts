import { readFileSync } from 'node:fs'

/** The package's own version; package.json lies two folders above, in a clone and in an installed package. */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return (manifest as { version: string }).version
}
