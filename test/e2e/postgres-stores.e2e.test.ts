import { afterAll, beforeAll } from 'vitest'
import { openStores } from '../../src/store/open-stores.ts'
import type { Stores } from '../../src/store/stores.ts'
import { registryStoreContract } from '../contract/registry-store-contract.ts'
import { trackingStoreContract } from '../contract/tracking-store-contract.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { PostgresServer } from './support/postgres.ts'

let server: PostgresServer
let databaseUri: string
let made = false

beforeAll(async () => {
  server = await PostgresServer.start()
  databaseUri = await server.createDatabase()
})
afterAll(() => server.stop())

/** Each time on the same database, whose tables are emptied: making them takes longer than most tests. */
async function open(): Promise<Stores> {
  if (made) await server.empty(databaseUri)
  made = true
  return openStores({ databaseUri, artifactRoot: 'artifacts', folder: temporaryFolder(), access: 'write' })
}

registryStoreContract('the SQL registry store on PostgreSQL', open)
trackingStoreContract('the SQL tracking store on PostgreSQL', open)
