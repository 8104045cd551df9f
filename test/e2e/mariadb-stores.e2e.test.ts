import { afterAll, beforeAll } from 'vitest'
import { openStores } from '../../src/store/open-stores.ts'
import type { Stores } from '../../src/store/stores.ts'
import { registryStoreContract } from '../contract/registry-store-contract.ts'
import { trackingStoreContract } from '../contract/tracking-store-contract.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { MariadbServer } from './support/mariadb.ts'

let server: MariadbServer
/** In which texts are what they are in the other databases: otherwise names that differ by case are one. */
let databaseUri: string
let made = false

beforeAll(async () => {
  server = await MariadbServer.start()
  databaseUri = await server.createDatabase('utf8mb4_bin')
})
afterAll(() => server.stop())

/** Each time on the same database, whose tables are emptied: making them takes longer than most tests. */
async function open(): Promise<Stores> {
  if (made) await server.empty(databaseUri)
  made = true
  return openStores({ databaseUri, artifactRoot: 'artifacts', folder: temporaryFolder(), access: 'write' })
}

registryStoreContract('the SQL registry store on MariaDB', open)
trackingStoreContract('the SQL tracking store on MariaDB', open)
