import type { LocalRegistry } from '../registry-client/open-registry.ts'
import type { RegistrySettings } from './config.ts'

/** The database that MLflow takes where none is named: a file in the working folder. */
const DEFAULT_DATABASE_URI = 'sqlite:///mlflow.db'

/**
 * Where the settings say the registry is: its own URI, else the tracking URI, else a file in the working folder. A
 * variable that is set to nothing names none. (MLflow 3.17.2, `mlflow/tracking/_model_registry/utils.py`)
 */
export function registryLocation(settings: RegistrySettings): LocalRegistry {
  return {
    databaseUri: settings.registryUri || settings.trackingUri || DEFAULT_DATABASE_URI,
    artifactRoot: settings.defaultArtifactRoot,
    folder: process.cwd(),
  }
}
