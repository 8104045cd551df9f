import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStores } from '../../src/store/open-stores.ts'
import type { Stores } from '../../src/store/stores.ts'
import { registryStoreContract } from '../contract/registry-store-contract.ts'
import { trackingStoreContract } from '../contract/tracking-store-contract.ts'

async function open(): Promise<Stores> {
  const folder = mkdtempSync(join(tmpdir(), 'headrace-test-'))
  return openStores({ databaseUri: 'sqlite:///mlflow.db', folder, access: 'write' })
}

registryStoreContract('the SQL registry store on SQLite', open)
trackingStoreContract('the SQL tracking store on SQLite', open)
