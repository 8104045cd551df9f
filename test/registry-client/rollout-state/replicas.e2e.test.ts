import { test } from 'vitest'
import { MlflowClient } from '../../../src/client/mlflow-client.ts'
import { openStores } from '../../../src/store/open-stores.ts'
import { TRACKING_SERVERS } from '../../client/support/tracking-servers.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { expectReplicasFollow } from './replica/replicas.ts'

async function databaseWithModel(folder: string): Promise<string> {
  const databaseUri = 'sqlite:///mlflow.db'
  const stores = openStores({ databaseUri, folder, access: 'write' })
  await stores.registry.registeredModels.create({ name: 'iris' })
  await stores.close()
  return databaseUri
}

test('two processes on one database follow each other within 2 s', async () => {
  const folder = temporaryFolder()
  await expectReplicasFollow(await databaseWithModel(folder), folder)
})

test.each(TRACKING_SERVERS)('two processes on $name follow each other within 2 s', async ({ start }) => {
  const server = await start()
  try {
    const client = new MlflowClient(server.url)
    await client.createRegisteredModel('iris')
    await client.close()
    await expectReplicasFollow(server.url, temporaryFolder())
  } finally {
    await server.stop()
  }
})
