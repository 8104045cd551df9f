import { cancelled } from '../../../core/errors.ts'

/** Exit codes of a program that a signal ended, as shells give them. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/**
 * Aborted by the first SIGINT, SIGTERM or SIGHUP (a terminal that was closed), so that what is half done is taken away; the
 * second ends the process at once. What `exit` events do is done in either case: they end processes that were started.
 */
export function stopOnSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(EXIT_CODES[name])
      controller.abort(cancelled(`Stopped by ${name}`))
      process.once('exit', () => {
        process.exitCode = EXIT_CODES[name]
      })
    })
  }
  return controller.signal
}
