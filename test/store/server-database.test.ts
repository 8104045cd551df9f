import { expect, test } from 'vitest'
import type { FailureKind, ServerConnection, ServerPool } from '../../src/store/sql/server-connection.ts'
import { ServerDatabase } from '../../src/store/sql/server-database.ts'
import type { SqlSession } from '../../src/store/sql/sql-database.ts'

/** What a server does to a transaction, as a pool without one would see it. */
class ScriptedPool implements ServerPool {
  readonly dialect = 'postgresql'
  readonly done: string[] = []
  readonly #kind: FailureKind

  constructor(kind: FailureKind) {
    this.#kind = kind
  }

  async connection(): Promise<ServerConnection> {
    const { done } = this
    return {
      // The works of these tests ask it nothing.
      session: {} as SqlSession,
      begin: async () => void done.push('begin'),
      commit: async () => void done.push('commit'),
      rollback: async () => void done.push('rollback'),
      release: (broken) => void done.push(broken ? 'ended' : 'given back'),
    }
  }

  kindOf(): FailureKind {
    return this.#kind
  }

  explain(error: unknown): unknown {
    return error
  }

  async close(): Promise<void> {}
}

async function failing(kind: FailureKind): Promise<readonly string[]> {
  const pool = new ScriptedPool(kind)
  const database = new ServerDatabase(pool, 'write')
  await expect(database.write(() => Promise.reject(new Error(kind)))).rejects.toThrow(kind)
  return pool.done
}

test('a connection whose server did not answer in time is ended, and asked nothing more', async () => {
  expect(await failing('silent')).toEqual(['begin', 'ended'])
})

test('a connection that was lost is ended each time, and asked nothing more', async () => {
  const done = await failing('lost')
  expect(new Set(done)).toEqual(new Set(['begin', 'ended']))
})

test('a connection on which a work failed is rolled back and given back', async () => {
  expect(await failing('other')).toEqual(['begin', 'rollback', 'given back'])
})
