import type { Logger } from 'pino'
import type { RunningServer } from '../../../server/listen.ts'
import { endAtOnce } from '../../../supervisor/end-at-once.ts'
import { onEndSignals } from '../serve/end-signals.ts'

/** What a thread needs to close its database, beyond the time for requests. */
const EXIT_MARGIN_MS = 2000

/**
 * Ends the process in order on SIGTERM and SIGINT: nothing more is accepted, what is under way is answered and
 * committed, and the databases are closed. A second signal cuts off what is left.
 */
export function endOnSignals(server: RunningServer, graceMs: number, logger: Logger): void {
  onEndSignals((signal, repeated) => {
    logger.info({ signal }, repeated ? 'stopping at once' : 'stopping')
    const withinMs = repeated ? 0 : graceMs
    setTimeout(endAtOnce, withinMs + EXIT_MARGIN_MS).unref()
    server.stop({ graceMs: withinMs }).then(
      () => {
        logger.info('stopped')
        process.exit(0)
      },
      (error: unknown) => {
        logger.fatal({ err: error }, 'could not stop in order')
        process.exit(1)
      },
    )
  })
}
