import { expect, test } from 'vitest'
import { kindOfFailure, postgresFailure } from '../../src/store/postgres/postgres-failure.ts'
import { DriverFailure } from '../../src/store/sql/driver-failure.ts'

const URI = 'postgresql://db/mlflow'

test('a server that does not answer a statement is not asked the same again', () => {
  const silent = new DriverFailure(new Error('Query read timeout'))
  expect(kindOfFailure(silent)).toBe('silent')
  expect(postgresFailure(silent, URI)).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
})

test('a connection that broke is replaced, and the work run again', () => {
  const broken = new DriverFailure(new Error('Connection terminated unexpectedly'))
  expect(kindOfFailure(broken)).toBe('lost')
  expect(postgresFailure(broken, URI)).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
})
