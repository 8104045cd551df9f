import { MlflowClient } from '../../client/mlflow-client.ts'
import { openRegistry } from '../../registry-client/open-registry.ts'
import type { DatabasePlace } from '../../registry-client/registry-place.ts'
import { LocalTrees } from './local-trees.ts'
import { StoreTransport } from './store-transport.ts'

/** A client whose calls are answered in this process, from a database: as a server with that database answers. */
export function openDatabaseClient(
  { location, publicUri }: DatabasePlace,
  access: 'read' | 'write',
): MlflowClient {
  const { stores, places } = openRegistry(location, access)
  const transport = new StoreTransport(publicUri, stores)
  return new MlflowClient({ trackingUri: publicUri }, { transport, trees: new LocalTrees(places) })
}
