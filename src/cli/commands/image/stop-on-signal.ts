import { cancelled } from '../../../core/errors.ts'

/** Exit codes of a program that a signal ended, as shells give them. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Aborted by the first SIGINT or SIGTERM, so that what is half done is taken away; the second ends the process as it always does.
 */
export function stopOnSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      controller.abort(cancelled(`Stopped by ${name}`))
      process.once('exit', () => {
        process.exitCode = EXIT_CODES[name]
      })
    })
  }
  return controller.signal
}
