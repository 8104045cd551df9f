import type { LocalPlaces } from '../artifacts/local-artifacts.ts'
import { artifactRootOf, foldersOf, openStores } from '../store/open-stores.ts'
import type { Stores } from '../store/stores.ts'

/** Where a registry is whose database and files are on this machine. */
export interface LocalRegistry {
  /** `sqlite:///mlflow.db` and the like. */
  readonly databaseUri: string
  readonly artifactRoot?: string | undefined
  /** What relative paths are relative to. */
  readonly folder: string
}

/** The stores of a registry, to be closed by whoever opened them, and where its artifacts lie. */
export interface OpenRegistry {
  readonly stores: Stores
  readonly places: LocalPlaces
}

/** @throws ServingError INVALID_STATE or NOT_IMPLEMENTED for a database that cannot be used */
export function openRegistry(
  { databaseUri, artifactRoot, folder }: LocalRegistry,
  access: 'read' | 'write',
): OpenRegistry {
  const stores = openStores({ databaseUri, artifactRoot, folder, access })
  return {
    stores,
    places: {
      artifactRoot: artifactRootOf(databaseUri, artifactRoot, folder),
      folders: foldersOf(databaseUri, folder),
    },
  }
}
