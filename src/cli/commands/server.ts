import type { Command } from 'commander'
import { addSettings } from '../setting.ts'
import { TRACKING_SERVER_SETTINGS, type TrackingServerSettings } from '../tracking-server-settings.ts'

export function addServerCommand(program: Command): void {
  const command = program
    .command('server')
    .description("Run a tracking and registry server with MLflow's REST API, as `mlflow server` does")
    .helpOption('--help', 'show this help')
    .action(async () =>
      (await import('./server/serve-tracking.ts')).serveTracking(command.opts<TrackingServerSettings>()),
    )
  addSettings(command, TRACKING_SERVER_SETTINGS)
}
