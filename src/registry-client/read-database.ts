import { BRIEF_TIMEOUT_MS, type Patience } from './mlflow-servers.ts'
import type { ModelRegistry } from './model-registry.ts'
import type { DatabasePlace } from './registry-place.ts'

/** How the database of a registry is opened, to be closed by whoever has it opened. */
export type ReadDatabase = (place: DatabasePlace, patience: Patience) => Promise<ModelRegistry>

/**
 * Opens it in this thread, which a SQLite file that another process has locked holds up for up to 20 s. Imported here, to read
 * only: serving a folder or from a server needs no database.
 * @throws ServingError INVALID_STATE or NOT_IMPLEMENTED for one that cannot be used
 */
export async function readDatabase(
  { location, publicUri }: DatabasePlace,
  patience: Patience,
): Promise<ModelRegistry> {
  const [{ openRegistry }, { StoredModelRegistry }] = await Promise.all([
    import('./open-registry.ts'),
    import('./stored-model-registry.ts'),
  ])
  const connectTimeoutMs = patience === 'brief' ? BRIEF_TIMEOUT_MS : undefined
  const { stores } = openRegistry({ ...location, connectTimeoutMs }, 'read')
  return new StoredModelRegistry(publicUri, stores)
}
