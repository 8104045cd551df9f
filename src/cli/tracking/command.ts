import type { Command } from 'commander'
import type { MlflowClient } from '../../client/mlflow-client.ts'
import { createLogger } from '../../server/logger.ts'
import { TRACKING_SETTINGS, type TrackingSettings } from '../registry-settings.ts'
import { addSettings } from '../setting.ts'
import { openTrackingClient } from './open-client.ts'

/** Options that all commands take which work with a tracking server or database. */
export interface TrackingOptions extends TrackingSettings {
  readonly json: boolean
}

export function withTracking(command: Command): Command {
  addSettings(command, TRACKING_SETTINGS)
  return command.option('--json', 'print JSON', false)
}

/** Works with a client of what the settings name, and closes it. Warnings go to standard error. */
export async function withClient<T>(
  options: TrackingOptions,
  access: 'read' | 'write',
  work: (client: MlflowClient) => Promise<T>,
): Promise<T> {
  const logger = createLogger({ level: 'info', format: 'text' })
  const client = await openTrackingClient(options, logger, access)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}
