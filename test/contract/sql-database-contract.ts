import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from '../../src/store/sql/sql.ts'
import type { OpenDatabase, SqlSession } from '../../src/store/sql/sql-database.ts'

/** What every database does that the stores are written for. `open` opens the same new database each time, to write. */
export function sqlDatabaseContract(implementation: string, open: () => Promise<() => OpenDatabase>): void {
  describe(`the database contract, kept by ${implementation}`, () => {
    let opener: () => OpenDatabase
    let database: OpenDatabase

    beforeAll(async () => {
      opener = await open()
      database = opener()
    })
    afterAll(() => database.close())

    async function tagsOf(key: string): Promise<readonly (string | null)[]> {
      const rows = await database.read((session) =>
        session.all<{ value: string | null }>(
          sql`SELECT "value" FROM "registered_model_tags" WHERE "key" = ${key} ORDER BY "name"`,
        ),
      )
      return rows.map(({ value }) => value)
    }

    test('has the tables of MLflow, and one workspace', async () => {
      const rows = await database.read((session) => session.all(sql`SELECT "name" FROM "workspaces"`))
      expect(rows).toEqual([{ name: 'default' }])
    })

    test('keeps what was written, and nothing of what threw', async () => {
      await database.write((session) => insertModel(session, 'kept'))
      const failing = database.write(async (session) => {
        await insertModel(session, 'undone')
        throw new Error('on purpose')
      })
      await expect(failing).rejects.toThrow('on purpose')
      expect(await countModels(database, 'kept')).toBe(1)
      expect(await countModels(database, 'undone')).toBe(0)
    })

    test('keeps what others wrote at the same time as one that throws', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) =>
          database.write(async (session) => {
            await insertModel(session, `together-${index}`)
            if (index % 3 === 0) throw new Error('on purpose')
            return index
          }),
        ),
      )
      for (const [index, outcome] of outcomes.entries()) {
        const fails = index % 3 === 0
        expect(outcome.status).toBe(fails ? 'rejected' : 'fulfilled')
        expect(await countModels(database, `together-${index}`)).toBe(fails ? 0 : 1)
      }
    })

    test('loses no change of writers that read first, over several connections', async () => {
      await database.write((session) => insertModel(session, 'counted'))
      const databases = [database, opener(), opener()]
      const increment = (one: OpenDatabase) =>
        one.write(async (session) => {
          const row = await session.first<{ n: number }>(
            sql`SELECT "creation_time" AS "n" FROM "registered_models" WHERE "name" = ${'counted'}`,
          )
          await session.run(
            sql`UPDATE "registered_models" SET "creation_time" = ${(row?.n ?? 0) + 1} WHERE "name" = ${'counted'}`,
          )
        })
      await Promise.all(databases.flatMap((one) => Array.from({ length: 8 }, () => increment(one))))
      expect(
        await database.read((session) =>
          session.first(
            sql`SELECT "creation_time" AS "n" FROM "registered_models" WHERE "name" = ${'counted'}`,
          ),
        ),
      ).toEqual({ n: 24 })
      for (const one of databases.slice(1)) await one.close()
    })

    test('lets several writers replace the same row at once', async () => {
      await database.write((session) => insertModel(session, 'replaced'))
      await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          database.write(async (session) => {
            await session.run(sql`DELETE FROM "registered_model_tags" WHERE "key" = ${'replace'}`)
            await insertTag(session, { name: 'replaced', key: 'replace', value: String(index) })
          }),
        ),
      )
      expect(await tagsOf('replace')).toHaveLength(1)
    })

    test.each([0, -1, 2 ** 53 - 1, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)])(
      'keeps integers of 64 bits exactly: %s',
      async (value) => {
        const row = await rolledBack(database, async (session) => {
          await insertModel(session, 'exact')
          await session.run(
            sql`UPDATE "registered_models" SET "creation_time" = ${value} WHERE "name" = ${'exact'}`,
          )
          return session.first(sql`
            SELECT "creation_time" AS "a", MAX("last_updated_time") AS "b" FROM "registered_models"
            WHERE "name" = ${'exact'} AND "creation_time" = ${value} GROUP BY "creation_time"`)
        })
        expect(row).toEqual({ a: value, b: 1 })
      },
    )

    test.each([0.1, 0, 5e-324, 1.7976931348623157e308, 123_456_789.123_456_79])(
      'keeps numbers exactly: %s',
      async (value) => {
        const row = await rolledBack(database, async (session) => {
          await insertMetric(session, value)
          return session.first<{ value: number; is_nan: unknown }>(
            sql`SELECT "value", "is_nan" FROM "metrics" WHERE "key" = ${'m'} AND "is_nan" = ${false}`,
          )
        })
        expect(row?.value).toBe(value)
        expect(row?.is_nan).toBe(0)
      },
    )

    test.each(['', ' ', 'é', '日本', '😀', `'"\\;--`, 'a\nb', '%_'])(
      'keeps text exactly: %j',
      async (text) => {
        const row = await rolledBack(database, async (session) => {
          await insertModel(session, 'text')
          await insertTag(session, { name: 'text', key: 'k', value: text })
          return session.first(sql`
          SELECT "value" FROM "registered_model_tags" WHERE "name" = ${'text'} AND "value" = ${text}`)
        })
        expect(row).toEqual({ value: text })
      },
    )

    test('refuses a row that refers to nothing, as something wrong with the request', async () => {
      await expect(
        database.write((session) => insertTag(session, { name: 'nobody', key: 'k', value: 'v' })),
      ).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    })

    test('refuses a key that is there twice, as something wrong with the request', async () => {
      await database.write((session) => insertModel(session, 'twice'))
      await expect(database.write((session) => insertModel(session, 'twice'))).rejects.toMatchObject({
        code: 'BAD_REQUEST',
      })
    })

    test('passes on what work throws by itself', async () => {
      const mistake = new TypeError('a mistake')
      await expect(database.read(() => Promise.reject(mistake))).rejects.toBe(mistake)
      await expect(database.write(() => Promise.reject(mistake))).rejects.toBe(mistake)
    })

    test('works within a transaction are parts of it', async () => {
      await expect(
        database.write(async (session) => {
          await session.write((inner) => insertModel(inner, 'inner'))
          throw new Error('on purpose')
        }),
      ).rejects.toThrow('on purpose')
      expect(await countModels(database, 'inner')).toBe(0)
    })

    test('reads do not wait for a write under way, nor see it, over two connections', async () => {
      const other = opener()
      await database.write(async (session) => {
        await insertModel(session, 'unseen')
        expect(await countModels(other, 'unseen')).toBe(0)
      })
      expect(await countModels(other, 'unseen')).toBe(1)
      await other.close()
    })

    test('takes more parameters than a small driver would, in rows of constant number', async () => {
      await database.write((session) => insertModel(session, 'many'))
      const rows = Array.from({ length: 1000 }, (_, index) => index)
      await database.write(async (session) => {
        for (const index of rows) await insertTag(session, { name: 'many', key: `k${index}`, value: 'v' })
      })
      const found = await database.read((session) =>
        session.first(sql`SELECT COUNT(*) AS "n" FROM "registered_model_tags" WHERE "name" = ${'many'}`),
      )
      expect(found).toEqual({ n: 1000 })
    })
  })
}

async function insertModel(session: SqlSession, name: string): Promise<void> {
  await session.run(sql`
    INSERT INTO "registered_models" ("name", "creation_time", "last_updated_time", "workspace")
    VALUES (${name}, ${0}, ${1}, ${'default'})`)
}

async function insertTag(
  session: SqlSession,
  { name, key, value }: { readonly name: string; readonly key: string; readonly value: string },
): Promise<void> {
  await session.run(sql`
    INSERT INTO "registered_model_tags" ("key", "value", "name", "workspace")
    VALUES (${key}, ${value}, ${name}, ${'default'})`)
}

async function insertMetric(session: SqlSession, value: number): Promise<void> {
  await session.run(sql`
    INSERT INTO "experiments" ("name", "lifecycle_stage", "workspace") VALUES (${'e'}, ${'active'}, ${'default'})`)
  const experiment = await session.first<{ id: number }>(
    sql`SELECT "experiment_id" AS "id" FROM "experiments" WHERE "name" = ${'e'}`,
  )
  await session.run(sql`
    INSERT INTO "runs" ("run_uuid", "experiment_id", "status", "lifecycle_stage", "source_type")
    VALUES (${'r'}, ${experiment?.id ?? null}, ${'RUNNING'}, ${'active'}, ${'UNKNOWN'})`)
  await session.run(sql`
    INSERT INTO "metrics" ("key", "value", "timestamp", "run_uuid", "step", "is_nan")
    VALUES (${'m'}, ${value}, ${1}, ${'r'}, ${0}, ${false})`)
}

async function countModels(database: OpenDatabase, name: string): Promise<number | undefined> {
  const row = await database.read((session) =>
    session.first<{ n: number }>(sql`SELECT COUNT(*) AS "n" FROM "registered_models" WHERE "name" = ${name}`),
  )
  return row?.n
}

/** @returns what `work` made, all of whose changes are undone. */
async function rolledBack<T>(database: OpenDatabase, work: (session: SqlSession) => Promise<T>): Promise<T> {
  const undo = new Error('undone')
  let value: T | undefined
  await database
    .write(async (session) => {
      value = await work(session)
      throw undo
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error
    })
  return value as T
}
