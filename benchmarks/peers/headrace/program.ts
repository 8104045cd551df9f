import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { onInterruption } from '../../lib/interruption.ts'
import { ROOT } from '../../lib/peers.ts'
import { installed } from '../../lib/quick.ts'
import { headraceVersion } from '../../lib/report.ts'
import { lockedVersions } from '../locked-versions.ts'

let made: string | Error | undefined

/**
 * Builds, packs and installs this clone as users get it, once for all starts by this process, at whose end it is
 * removed; with `--sources` and `--quick` the sources are taken as they are.
 * @returns the program that `headrace` is.
 * @throws Error where it cannot be built, at each call
 */
export function headraceProgram(): string {
  made ??= make()
  if (made instanceof Error) throw made
  return made
}

/** @returns why it could not be built, once that was tried. */
export function buildFailure(): string | undefined {
  return made instanceof Error ? made.message : undefined
}

export function headraceVersions(): Readonly<Record<string, string>> {
  const sources = sourcesVersion()
  const headrace = sources === undefined ? headraceVersion() : `${headraceVersion()} (${sources})`
  return { headrace, ...lockedVersions('fastify', 'onnxruntime-node') }
}

/**
 * @returns the last commit that changed what is packed, with `+` where there is more than that; undefined where this is no
 * clone.
 */
function sourcesVersion(): string | undefined {
  try {
    const commit = git('log', '-1', '--format=%h', '--', ...PACKED_FROM)
    return git('status', '--porcelain', '--', ...PACKED_FROM) === '' ? commit : `${commit}+`
  } catch {
    return undefined
  }
}

const PACKED_FROM = ['src', 'scripts/build.ts', 'package.json', 'package-lock.json']

function git(...args: readonly string[]): string {
  return execFileSync('git', args, {
    ...{ cwd: ROOT, encoding: 'utf8' },
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
}

function make(): string | Error {
  try {
    const folder = installed()
    if (folder === undefined) return join(ROOT, 'src/cli/main.ts')
    onInterruption(() => rmSync(folder, { recursive: true, force: true }))
    return join(folder, 'node_modules/headrace/dist/main.js')
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    return new Error(`cannot be built: ${reason}`)
  }
}
