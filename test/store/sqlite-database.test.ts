import { openDatabase } from '../../src/store/open-database.ts'
import { sqlDatabaseContract } from '../contract/sql-database-contract.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

sqlDatabaseContract('SQLite', async () => {
  const folder = temporaryFolder()
  return () => openDatabase({ databaseUri: 'sqlite:///mlflow.db', folder, access: 'write' })
})
