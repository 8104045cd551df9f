import { openStores } from '../../src/store/open-stores.ts'
import type { Stores } from '../../src/store/stores.ts'
import { registryStoreContract } from '../contract/registry-store-contract.ts'
import { trackingStoreContract } from '../contract/tracking-store-contract.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

async function open(): Promise<Stores> {
  const folder = temporaryFolder()
  return openStores({ databaseUri: 'sqlite:///mlflow.db', folder, access: 'write' })
}

registryStoreContract('the SQL registry store on SQLite', open)
trackingStoreContract('the SQL tracking store on SQLite', open)
