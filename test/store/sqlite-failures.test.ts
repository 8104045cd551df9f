import { spawnSync } from 'node:child_process'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/open-database.ts'
import { sql } from '../../src/store/sql/sql.ts'
import type { OpenDatabase } from '../../src/store/sql/sql-database.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const FILLING = fileURLToPath(new URL('./fixtures/filling-process.ts', import.meta.url))

let folder: string
let path: string

beforeEach(() => {
  folder = temporaryFolder()
  path = join(folder, 'mlflow.db')
})

function open(): OpenDatabase {
  return openDatabase({ databaseUri: 'sqlite:///mlflow.db', folder, access: 'write' })
}

function touch(database: OpenDatabase): Promise<number> {
  return database.write((session) => session.run(sql`UPDATE "workspaces" SET "description" = ${'touched'}`))
}

test('a work that the disk has no room for fails alone, and leaves nothing behind', () => {
  // Files of at most 16 MB, the signal for which ends a process unless it is ignored.
  const shell = `trap '' XFSZ; ulimit -f 16384; exec "$0" "$1" "$2"`
  const child = spawnSync('bash', ['-c', shell, process.execPath, FILLING, folder], { encoding: 'utf8' })
  expect({ stderr: child.stderr, ...JSON.parse(child.stdout) }).toEqual({
    stderr: '',
    large: expect.stringMatching(/^(RESOURCE_EXHAUSTED|TEMPORARILY_UNAVAILABLE)$/),
    small: 'fulfilled',
    names: ['later', 'small'],
  })
  const raw = new Database(path, { readonly: true })
  expect(raw.pragma('integrity_check', { simple: true })).toBe('ok')
  raw.close()
})

describe('a database that another process writes', () => {
  test('sees what it wrote, also where a read came before', async () => {
    const database = open()
    await database.read((session) => session.all(sql`SELECT * FROM "workspaces"`))
    const other = new Database(path)
    other.exec(`UPDATE "workspaces" SET "description" = 'from elsewhere'`)
    other.close()
    const row = await database.read((session) => session.first(sql`SELECT "description" FROM "workspaces"`))
    expect(row).toEqual({ description: 'from elsewhere' })
    await database.close()
  })
})

test('a file that cannot be read is an error, and is used again when it has been put right', async () => {
  const database = open()
  await touch(database)
  await database.close()
  const good = join(folder, 'good.db')
  renameSync(path, good)
  writeFileSync(path, 'not a database, but long enough to be looked at'.repeat(100))
  expect(open).toThrow(expect.objectContaining({ code: 'INVALID_STATE' }))
  renameSync(good, path)
  const again = open()
  expect(await touch(again)).toBe(1)
  await again.close()
})

test('a read whose transaction SQLite has ended, as it does after an I/O error, fails with what it threw', async () => {
  const database = open()
  const failed = database.read(async (session) => {
    await session.run(sql`ROLLBACK`)
    throw new Error('what happened')
  })
  await expect(failed).rejects.toThrow('what happened')
  expect(await database.read((session) => session.all(sql`SELECT 1 AS "one"`))).toEqual([{ one: 1 }])
  await database.close()
})
