import type { Command } from 'commander'
import { SERVE_SETTINGS, type ServeSettings } from '../config.ts'
import { expectServable } from '../container-settings.ts'
import { sharesPorts } from '../listener-choice.ts'
import { addSettings } from '../setting.ts'
import { usageError } from '../usage-error.ts'

export function addServeCommand(program: Command): void {
  const command = program
    .command('serve')
    .description('Serve a model over HTTP, as `mlflow models serve` does')
    .helpOption('--help', 'show this help')
    .action(async () => {
      const settings = command.opts<ServeSettings>()
      const isNamed = ['modelUri', 'modelsFile'].some((key) => command.getOptionValueSource(key) === 'cli')
      const tuned = await tune(settings, command)
      await serve(isNamed ? tuned : await inContainer(tuned))
    })
  addSettings(command, SERVE_SETTINGS)
}

/** Sources of values that somebody has set. */
const SAID: ReadonlySet<string> = new Set(['cli', 'env'])

/** What was measured for this machine comes before the defaults, and after all that is said. */
async function tune(settings: ServeSettings, command: Command): Promise<ServeSettings> {
  if (settings.tuned === undefined) return settings
  const { withTuned } = await import('../tuned/apply-tuned.ts')
  // A setting without a default has no source either.
  return await withTuned(settings, (key) => SAID.has(command.getOptionValueSource(key) ?? ''))
}

/** Unless the command line names models, what a platform has mounted comes before what the image has. */
async function inContainer(settings: ServeSettings): Promise<ServeSettings> {
  if (settings.azuremlModelDir === undefined && settings.aipStorageUri === undefined) return settings
  const { containerModel } = await import('../container-model.ts')
  return { ...settings, modelUri: await containerModel(settings, settings.modelUri) }
}

/** Serves in this process, or in several that this one supervises, until a signal comes. */
async function serve(settings: ServeSettings): Promise<void> {
  checkTogether(settings)
  expectServable(settings)
  if (settings.watch) await (await import('./serve/watch/start-watching.ts')).expectWatchable(settings)
  if (settings.processes === 1) {
    return (await import('./serve/serve-here.ts')).serveHere(settings, { kind: 'alone', link: undefined })
  }
  const { SupervisorLink } = await import('../../supervisor/supervisor-link.ts')
  const link = SupervisorLink.open()
  if (link !== undefined) {
    return (await import('./serve/serve-here.ts')).serveHere(settings, { kind: 'process', link })
  }
  return (await import('./serve/supervise.ts')).supervise(settings)
}

function checkTogether(settings: ServeSettings): void {
  const { sslCertfile, sslKeyfile, port, grpcPort, processes, listeners } = settings
  if (processes > 1 && listeners !== 'auto' && listeners > 1) {
    throw usageError('--processes and --listeners are two ways to use the cores: choose one of them')
  }
  if (listeners !== 'auto' && listeners > 1 && !sharesPorts()) {
    throw usageError('--listeners above 1 needs a system that spreads a port over threads (Linux)')
  }
  if ((sslCertfile === undefined) !== (sslKeyfile === undefined)) {
    throw usageError('--ssl-certfile and --ssl-keyfile belong together')
  }
  if (grpcPort !== undefined && grpcPort !== 0 && grpcPort === port) {
    throw usageError(`--port and --grpc-port are both ${port}: HTTP and gRPC need a port each`)
  }
}
