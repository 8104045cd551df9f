import { afterAll, beforeAll, describe } from 'vitest'
import { describeReplay } from '../protocol/tracking/support/replay.ts'
import { readCaseInsensitiveAnswers } from '../protocol/tracking/support/scenario.ts'
import { MariadbServer } from './support/mariadb.ts'
import { PostgresServer } from './support/postgres.ts'
import { TrackingServer } from './support/tracking-server.ts'

describe('recordings of MLflow, replayed on PostgreSQL', () => {
  let database: PostgresServer
  beforeAll(async () => {
    database = await PostgresServer.start()
  })
  afterAll(() => database?.stop())

  describeReplay(async () => TrackingServer.start({ backendStoreUri: await database.createDatabase() }))
})

describe('recordings of MLflow, replayed on MariaDB', () => {
  let database: MariadbServer
  beforeAll(async () => {
    database = await MariadbServer.start()
  })
  afterAll(() => database?.stop())

  describe('with a collation that tells case', () => replayWith('utf8mb4_bin'))
  describe('with a collation that does not', () => {
    replayWith('utf8mb4_general_ci', readCaseInsensitiveAnswers())
  })

  function replayWith(collation: string, answers?: ReturnType<typeof readCaseInsensitiveAnswers>): void {
    describeReplay(
      async () => TrackingServer.start({ backendStoreUri: await database.createDatabase(collation) }),
      answers,
    )
  }
})
