import { fileUriPath, type LocalPlaces } from '../artifacts/local-artifacts.ts'
import { artifactRootOf, foldersOf, openStores } from '../store/open-stores.ts'
import type { Stores } from '../store/stores.ts'
import type { RegistryLocation } from './registry-place.ts'

/** The stores of a registry, to be closed by whoever opened them, and where its artifacts lie. */
export interface OpenRegistry {
  readonly stores: Stores
  readonly places: LocalPlaces
}

export interface OpenLocation extends RegistryLocation {
  /** How long the server of a database is waited for, where it is not the usual time. */
  readonly connectTimeoutMs?: number | undefined
}

/**
 * Opens the database of a registry.
 * @throws ServingError INVALID_STATE or NOT_IMPLEMENTED for one that cannot be used
 */
export function openRegistry(location: OpenLocation, access: 'read' | 'write'): OpenRegistry {
  const { uri, artifactRoot, folder, connectTimeoutMs } = location
  const stores = openStores({ databaseUri: uri, artifactRoot, folder, access, connectTimeoutMs })
  return { stores, places: localPlacesOf(location) }
}

/** @throws ServingError NOT_IMPLEMENTED for a registry that is no database */
export function localPlacesOf({
  uri,
  artifactRoot,
  artifactsDestination,
  folder,
}: RegistryLocation): LocalPlaces {
  const root = folderOf(artifactsDestination) ?? folderOf(artifactRoot)
  return {
    artifactRoot: artifactRootOf(uri, root, folder),
    folders: foldersOf(uri, folder),
  }
}

/** Undefined for `mlflow-artifacts:/` and the like, which are no folder by themselves. */
function folderOf(root: string | undefined): string | undefined {
  if (root === undefined || !SCHEME.test(root)) return root
  return /^file:/i.test(root) ? fileUriPath(root) : undefined
}

const SCHEME = /^[a-z][a-z0-9+.-]+:/i
