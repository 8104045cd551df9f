import { dirname } from 'node:path'
import type { LocalPlaces } from '../../../artifacts/local-artifacts.ts'
import { artifactRootOf, databasePathOf, openStores } from '../../../store/open-stores.ts'
import type { Stores } from '../../../store/stores.ts'
import { registryLocation } from '../../registry-location.ts'
import type { ModelsOptions } from './options.ts'

/** Opens the registry that the settings name for `work`, and closes it afterwards. */
export async function withStores<T>(
  options: ModelsOptions,
  access: 'read' | 'write',
  work: (stores: Stores, places: LocalPlaces) => Promise<T>,
): Promise<T> {
  const { databaseUri, artifactRoot, folder } = registryLocation(options)
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
