import { expect, test } from 'vitest'
import { openStores } from '../../../src/store/open-stores.ts'
import { HeadraceProcess } from '../../e2e/support/headrace-process.ts'
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

test('two processes on one tracking server follow each other within 2 s', async () => {
  const folder = temporaryFolder()
  const databaseUri = await databaseWithModel(folder)
  const server = new HeadraceProcess({
    args: ['server', '--backend-store-uri', databaseUri, '--port', '0'],
    cwd: folder,
  })
  const url = await server.listening()
  await expectReplicasFollow(url, folder)
  expect(await server.terminate()).toBeDefined()
})
