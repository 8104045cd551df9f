import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { internalError } from '../core/errors.ts'

/** The package's own version, in a clone and in an installed package alike. */
export function version(): string {
  const path = findPackageJSON(import.meta.url)
  if (path === undefined) throw internalError('this is a bug: there is no package.json above the program')
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'))
  return (manifest as { version: string }).version
}
