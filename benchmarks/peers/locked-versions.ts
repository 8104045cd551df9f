import { readFileSync } from 'node:fs'

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>
}

/** Of packages of npm, as this clone has them, and of Node. */
export function lockedVersions(...names: readonly string[]): Readonly<Record<string, string>> {
  const file = new URL('../../package-lock.json', import.meta.url)
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as Lock
  const version = (name: string): string => packages[`node_modules/${name}`]?.version ?? 'unknown'
  return { node: process.versions.node, ...Object.fromEntries(names.map((name) => [name, version(name)])) }
}
