import type { Logger } from 'pino'
import { MlflowClient } from '../../client/mlflow-client.ts'
import { registryPlace } from '../../registry-client/registry-place.ts'
import { registryLocations } from '../registry-location.ts'
import type { TrackingSettings } from '../registry-settings.ts'
import { serverAccess } from '../server-access.ts'

/**
 * A client of the tracking server or database that the settings name, to be closed by the caller.
 * @throws ServingError where Headrace does not open what they name
 */
export async function openTrackingClient(
  settings: TrackingSettings,
  logger: Logger,
  access: 'read' | 'write' = 'write',
): Promise<MlflowClient> {
  const { tracking } = registryLocations(settings)
  const place = registryPlace(tracking)
  if (place.kind === 'server') {
    return new MlflowClient({
      ...serverAccess(settings, logger),
      trackingUri: place.url,
      registryUri: place.url,
    })
  }
  const { openDatabaseClient } = await import('./database-client.ts')
  return openDatabaseClient(place, access)
}
