import { describe, expect, test } from 'vitest'
import { openStores } from '../../src/store/open-stores.ts'
import { parsePostgresUri, publicPostgresUri } from '../../src/store/postgres/postgres-uri.ts'

describe('the URI of a PostgreSQL database', () => {
  test.each(['postgresql', 'postgres', 'postgresql+psycopg2', 'postgresql+psycopg'])(
    'may begin with %s:, and is shown without user, password and options',
    (scheme) => {
      const uri = `${scheme}://ann:p%40ss%2Fw@db.example:5433/mlflow?application_name=x`
      expect(parsePostgresUri(uri)).toEqual({
        connectionString: 'postgresql://ann:p%40ss%2Fw@db.example:5433/mlflow?application_name=x',
        encryption: ['unchecked', 'none'],
        connectTimeoutMs: undefined,
        publicUri: 'postgresql://db.example:5433/mlflow',
      })
    },
  )

  test('is shown without a password that should have been encoded', () => {
    expect(publicPostgresUri('postgresql://ann:p@ss/w?#@db/mlflow')).toBe('postgresql://db/mlflow')
    expect(() => parsePostgresUri('postgresql://ann:p#ss@db:x/mlflow')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('p#ss') }),
    )
  })

  test.each([
    ['disable', '', ['none']],
    ['allow', '', ['none', 'unchecked']],
    ['prefer', '', ['unchecked', 'none']],
    ['require', '', ['unchecked']],
    ['require', '&sslrootcert=ca.pem', ['checked']],
    ['verify-ca', '&sslrootcert=ca.pem', ['checked']],
    ['verify-full', '', ['checked']],
  ])('with sslmode=%s%s is encrypted as libpq does it', (mode, more, encryption) => {
    expect(parsePostgresUri(`postgresql://db/mlflow?sslmode=${mode}${more}`).encryption).toEqual(encryption)
  })

  test('may say how long to wait for the connection', () => {
    expect(parsePostgresUri('postgresql://db/mlflow?connect_timeout=3').connectTimeoutMs).toBe(3000)
  })

  test.each(['postgresql://db/mlflow?sslmode=maybe', 'postgresql://db', 'postgresql:mlflow@'])(
    'is refused where it makes no sense: %s',
    (uri) => {
      expect(() => openStores({ databaseUri: uri, folder: '/', access: 'read' })).toThrow(
        expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }),
      )
    },
  )
})

test('a PostgreSQL server that is not there is unreachable', async () => {
  const stores = openStores({
    databaseUri: 'postgresql://ann:secret@127.0.0.1:1/mlflow',
    folder: '/',
    access: 'read',
  })
  await expect(stores.registry.registeredModels.list()).rejects.toMatchObject({
    code: 'TEMPORARILY_UNAVAILABLE',
    details: { unreachable: true },
    message: expect.stringMatching(
      /^The database postgresql:\/\/127.0.0.1:1\/mlflow cannot be reached: .*ECONNREFUSED/,
    ),
  })
  await stores.close()
})
