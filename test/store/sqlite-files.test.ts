import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { openStores } from '../../src/store/open-stores.ts'
import type { Stores } from '../../src/store/stores.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const CHILD = fileURLToPath(new URL('./fixtures/registry-process.ts', import.meta.url))

let folder: string
let path: string

beforeEach(() => {
  folder = temporaryFolder()
  path = join(folder, 'mlflow.db')
})

function open(access: 'read' | 'write'): Stores {
  return openStores({ databaseUri: 'sqlite:///mlflow.db', folder, access })
}

async function makeModel(): Promise<void> {
  const stores = open('write')
  await stores.registry.registeredModels.create({ name: 'iris' })
  await stores.registry.modelVersions.create({ name: 'iris', source: '/x' })
  await stores.close()
}

describe('a new database', () => {
  test('is flushed at every commit, in WAL mode, with foreign keys', async () => {
    await makeModel()
    const raw = new Database(path)
    expect(raw.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(() => raw.exec(`DELETE FROM registered_models`)).toThrow('FOREIGN KEY')
    raw.close()
  })

  test('is made in folders that are not there yet', async () => {
    const stores = openStores({ databaseUri: 'sqlite:///a/b/mlflow.db', folder, access: 'write' })
    await stores.close()
    expect(existsSync(join(folder, 'a/b/mlflow.db'))).toBe(true)
  })

  test.skipIf(!existsSync('/proc/self'))('is refused at once where no folder can be made', () => {
    expect(() => openStores({ databaseUri: 'sqlite:////proc/nope/x.db', folder, access: 'write' })).toThrow(
      '/proc/nope/x.db cannot be opened',
    )
  })

  test('is one and whole when several processes make it at once, and nothing is left beside it', async () => {
    const children = Array.from({ length: 4 }, (_, i) => fork(CHILD, ['create', folder, `model-${i}`]))
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]))
    expect(codes).toEqual([0, 0, 0, 0])
    const stores = open('read')
    expect(await stores.registry.registeredModels.list()).toHaveLength(4)
    await stores.close()
    expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([])
  })

  test('fills an empty file that lies there already', async () => {
    writeFileSync(path, '')
    await makeModel()
    const stores = open('read')
    expect((await stores.registry.registeredModels.get('iris')).name).toBe('iris')
    await stores.close()
  })
})

describe('opening to read', () => {
  test('creates nothing', () => {
    expect(() => open('read')).toThrow(
      expect.objectContaining({ code: 'RESOURCE_DOES_NOT_EXIST', message: expect.stringContaining(path) }),
    )
    expect(readdirSync(folder)).toEqual([])
  })

  test('lets nothing be written', async () => {
    await makeModel()
    const stores = open('read')
    await expect(stores.registry.registeredModels.create({ name: 'other' })).rejects.toThrow('readonly')
    await stores.close()
  })

  test('sees what another process writes meanwhile', async () => {
    await makeModel()
    const reader = open('read')
    const writer = open('write')
    await writer.registry.registeredModels.setAlias('iris', 'champion', '1')
    expect((await reader.registry.modelVersions.getByAlias('iris', 'champion')).version).toBe('1')
    await writer.close()
    await reader.close()
  })

  test.each([
    ['a closed database', 'closed'],
    ['a database with changes in its -wal file only', 'wal'],
    ['a database out of WAL mode', 'delete'],
  ])('works in a folder that is read-only: %s', async (_, state) => {
    await makeModel()
    const target = temporaryFolder()
    const raw = new Database(path)
    if (state === 'delete') raw.pragma('journal_mode = DELETE')
    raw.exec(`INSERT INTO registered_model_aliases VALUES ('champion', 1, 'iris', 'default')`)
    copyFileSync(path, join(target, 'mlflow.db'))
    if (state === 'wal') copyFileSync(`${path}-wal`, join(target, 'mlflow.db-wal'))
    raw.close()
    if (state === 'closed') copyFileSync(path, join(target, 'mlflow.db'))
    for (const name of readdirSync(target)) chmodSync(join(target, name), 0o444)
    chmodSync(target, 0o555)

    expect(resolveAsNobody(target)).toEqual({ status: 0, output: '1' })
    expect(readdirSync(target).filter((name) => name.endsWith('-shm'))).toEqual([])
  })
})

describe('a database of another maker', () => {
  test('keeps its journal mode', async () => {
    await makeModel()
    const raw = new Database(path)
    raw.pragma('journal_mode = DELETE')
    raw.close()
    const stores = open('write')
    await stores.registry.registeredModels.setAlias('iris', 'champion', '1')
    await stores.close()
    const again = new Database(path, { readonly: true })
    expect(again.pragma('journal_mode', { simple: true })).toBe('delete')
    again.close()
  })

  test.each(['7d34483879f0', 'b7e2c1a4d9f3', 'f4a9b2c7d1e6'])(
    'is used as it is at the known head %s',
    async (head) => {
      await makeModel()
      stamp(head)
      const stores = open('write')
      await stores.registry.registeredModels.setAlias('iris', 'champion', '1')
      await stores.close()
    },
  )

  test.each([
    ['older', `UPDATE alembic_version SET version_num = '97727af70f4d'`, "'97727af70f4d'"],
    ['newer', `UPDATE alembic_version SET version_num = 'ffffffffffff'`, "'ffffffffffff'"],
    ['unstamped', 'DELETE FROM alembic_version', 'no schema revision'],
    ['no MLflow database', 'DROP TABLE alembic_version', 'no schema revision'],
  ])('is refused, with the command that upgrades it where there is one: %s', async (_, change, text) => {
    await makeModel()
    const raw = new Database(path)
    raw.exec(change)
    raw.close()
    for (const access of ['read', 'write'] as const) {
      expect(() => open(access)).toThrow(
        expect.objectContaining({ code: 'INVALID_STATE', message: expect.stringContaining(text) }),
      )
      if (text !== "'ffffffffffff'") {
        expect(() => open(access)).toThrow(`mlflow db upgrade sqlite:///${path}`)
      }
    }
  })

  test('is refused where it is no database at all', () => {
    writeFileSync(path, 'not a database, but long enough to be looked at'.repeat(100))
    for (const access of ['read', 'write'] as const) {
      expect(() => open(access)).toThrow(expect.objectContaining({ code: 'INVALID_STATE' }))
    }
  })
})

describe('a database URI', () => {
  test.each(['mssql://host/db', 'http://127.0.0.1:5000', 'mlruns'])(
    'of another kind is refused: %s',
    (uri) => {
      expect(() => openStores({ databaseUri: uri, folder, access: 'read' })).toThrow(
        expect.objectContaining({ code: 'NOT_IMPLEMENTED' }),
      )
    },
  )

  test.each(['sqlite://', 'sqlite:///:memory:', 'sqlite:mlflow.db'])('must name a file: %s', (uri) => {
    expect(() => openStores({ databaseUri: uri, folder, access: 'write' })).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }),
    )
  })

  test('takes absolute paths with four slashes', async () => {
    await makeModel()
    const stores = openStores({ databaseUri: `sqlite:///${path}`, folder: '/', access: 'read' })
    expect((await stores.registry.registeredModels.get('iris')).name).toBe('iris')
    await stores.close()
  })
})

function stamp(head: string): void {
  const raw = new Database(path)
  raw.prepare('UPDATE alembic_version SET version_num = ?').run(head)
  raw.close()
}

/** A process of a user that may not write the folder: root may write everywhere. */
function resolveAsNobody(target: string): { status: number | null; output: string } {
  const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  const child = spawnSync(process.execPath, [CHILD, 'alias', target, 'iris', 'champion'], {
    ...asNobody,
    encoding: 'utf8',
  })
  return { status: child.status, output: child.stdout.trim() + child.stderr }
}

test('no model is logged to an experiment that was deleted', async () => {
  const stores = open('write')
  const { experimentId } = await stores.tracking.experiments.ensureDefault()
  const raw = new Database(path)
  raw.exec(`UPDATE experiments SET lifecycle_stage = 'deleted'`)
  raw.close()
  await expect(stores.tracking.loggedModels.create({ experimentId, name: 'iris' })).rejects.toThrow(
    "The experiment 0 must be in the 'active' state. Current state is deleted.",
  )
  await stores.close()
})
