import { dirname } from 'node:path'
import type { LocalPlaces } from '../../../artifacts/local-artifacts.ts'
import {
  artifactRootOf,
  DEFAULT_DATABASE_URI,
  databasePathOf,
  openStores,
} from '../../../store/open-stores.ts'
import type { Stores } from '../../../store/stores.ts'
import type { ModelsOptions } from './options.ts'

/** The database that the settings name; a variable that is set to nothing names none, as in MLflow. */
export function databaseUriOf({ registryUri, trackingUri }: ModelsOptions): string {
  return registryUri || trackingUri || DEFAULT_DATABASE_URI
}

/** Opens the registry that the settings name for `work`, and closes it afterwards. */
export async function withStores<T>(
  options: ModelsOptions,
  access: 'read' | 'write',
  work: (stores: Stores, places: LocalPlaces) => Promise<T>,
): Promise<T> {
  const databaseUri = databaseUriOf(options)
  const artifactRoot = options.defaultArtifactRoot
  const folder = process.cwd()
  const stores = openStores({ databaseUri, artifactRoot, folder, access })
  const path = databasePathOf(databaseUri, folder)
  try {
    return await work(stores, {
      artifactRoot: artifactRootOf(path, artifactRoot, folder),
      folders: [folder, dirname(path)],
    })
  } finally {
    await stores.close()
  }
}
