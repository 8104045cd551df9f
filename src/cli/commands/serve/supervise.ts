import { createLogger } from '../../../server/logger.ts'
import { FirstProcessFailed, startFailure } from '../../../supervisor/first-process-failed.ts'
import { Supervisor } from '../../../supervisor/supervisor.ts'
import type { ServeSettings } from '../../config.ts'
import { warnOfVariables } from '../../container-settings.ts'
import { onEndSignals } from './end-signals.ts'
import { ROLLOUTS_END_MS } from './ending.ts'
import { logFormatOf } from './log-format.ts'
import { openRollouts } from './rollouts/server-rollouts.ts'
import type { ServingTracker } from './track/serving-tracker.ts'

/** Runs the same command line in several processes and keeps them alive, until a signal comes. */
export async function supervise(settings: ServeSettings): Promise<void> {
  const { processes, graceMs, timeoutMs, host, port, grpcPort, reusePort, track } = settings
  const logger = createLogger({ level: settings.logLevel, format: logFormatOf(settings) })
  warnOfVariables(settings, logger)
  const rollouts = await openRollouts(settings, true, logger)
  const supervisor = new Supervisor({
    program: { script: process.argv[1]!, args: process.argv.slice(2) },
    processes,
    listen: { host, port, reusePort },
    grpc: grpcPort === undefined ? undefined : { host, port: grpcPort, reusePort },
    graceMs,
    requestTimeoutMs: timeoutMs,
    rollouts: rollouts?.thread?.open,
    log: logger,
  })
  let tracker: ServingTracker | undefined
  onEndSignals((signal, repeated) => {
    logger.info({ signal }, repeated ? 'stopping at once' : 'stopping')
    const ended = supervisor
      .stop({ accepting: signal === 'SIGTERM' })
      .then(() => Promise.all([tracker?.end('FINISHED'), rollouts?.thread?.end(ROLLOUTS_END_MS)]))
    void ended.then(() => {
      logger.info('stopped')
      process.exit(0)
    })
  })
  try {
    await supervisor.start()
    if (track !== undefined) {
      const { ServingTracker } = await import('./track/serving-tracker.ts')
      tracker = new ServingTracker(settings, track, supervisor, logger)
    }
    if (settings.watch) {
      const { startWatching } = await import('./watch/start-watching.ts')
      await startWatching(settings, supervisor.models, logger)
    }
  } catch (error) {
    await supervisor.stop({ accepting: false })
    await rollouts?.thread?.end(0)
    const failure = error instanceof FirstProcessFailed ? startFailure(error) : error
    if (failure !== undefined) throw failure
    process.exitCode = 1
  }
}
