import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { onInterruption } from '../../lib/interruption.ts'
import { ROOT } from '../../lib/peers.ts'
import { installed } from '../../lib/quick.ts'

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
