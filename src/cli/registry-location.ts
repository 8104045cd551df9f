import type { RegistryLocations } from '../registry-client/registries.ts'
import type { TrackingSettings } from './registry-settings.ts'

/** The database that MLflow takes where none is named: a file in the working folder. */
const DEFAULT_DATABASE_URI = 'sqlite:///mlflow.db'

/**
 * Where the settings say that the registry and the tracking store are: the registry's own URI, else the tracking
 * URI, else a file in the working folder. A variable that is set to nothing names none. (MLflow 3.17.2,
 * `mlflow/tracking/_model_registry/utils.py`)
 */
export function registryLocations(settings: TrackingSettings): RegistryLocations {
  const tracking = settings.trackingUri || DEFAULT_DATABASE_URI
  const places = {
    artifactRoot: settings.defaultArtifactRoot,
    artifactsDestination: settings.artifactsDestination,
    folder: process.cwd(),
  }
  return {
    tracking: { uri: tracking, ...places },
    registry: { uri: settings.registryUri || tracking, ...places },
  }
}
