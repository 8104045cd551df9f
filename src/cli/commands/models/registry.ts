import type { LocalPlaces } from '../../../artifacts/local-artifacts.ts'
import { openRegistry } from '../../../registry-client/open-registry.ts'
import type { Stores } from '../../../store/stores.ts'
import { registryLocation } from '../../registry-location.ts'
import type { ModelsOptions } from './options.ts'

/** Opens the registry that the settings name for `work`, and closes it afterwards. */
export async function withStores<T>(
  options: ModelsOptions,
  access: 'read' | 'write',
  work: (stores: Stores, places: LocalPlaces) => Promise<T>,
): Promise<T> {
  const { stores, places } = openRegistry(registryLocation(options), access)
  try {
    return await work(stores, places)
  } finally {
    await stores.close()
  }
}
