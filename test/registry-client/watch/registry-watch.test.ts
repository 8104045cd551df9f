import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type RegistryWatch, watchRegistry } from '../../../src/registry-client/watch/registry-watch.ts'
import type { Stores } from '../../../src/store/stores.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { openRegistry } from '../fixtures/model-folder.ts'

let folder: string
let stores: Stores
let watch: RegistryWatch | undefined
let calls = 0
const told: string[] = []
const log = {
  info: (_: object, message: string) => void told.push(message),
  warn: (_: object, message: string) => void told.push(message),
}

beforeEach(() => {
  folder = temporaryFolder()
  stores = openRegistry(folder)
  calls = 0
  told.length = 0
})
afterEach(async () => {
  watch?.close()
  await stores.close()
})

function place() {
  const uri = 'sqlite:///mlflow.db'
  return { kind: 'database', location: { uri, folder }, publicUri: uri, remote: false } as const
}

function count(): void {
  calls += 1
}

test('a change of a file is told within a second, and only then', async () => {
  watch = watchRegistry(place(), { intervalMs: 60_000, onChange: count })
  await vi.waitFor(() => expect(calls).toBe(1))
  await delay(600)
  expect(calls).toBe(1)
  const changedAt = performance.now()
  await stores.registry.registeredModels.create({ name: 'iris' })
  await vi.waitFor(() => expect(calls).toBe(2), { interval: 5, timeout: 5_000 })
  expect(performance.now() - changedAt).toBeLessThan(1_000)
})

test('a writer that has the file to itself holds up nobody', async () => {
  await stores.close()
  const writer = new Database(join(folder, 'mlflow.db'))
  writer.pragma('journal_mode = DELETE')
  watch = watchRegistry(place(), { intervalMs: 60_000, onChange: count, log })
  await vi.waitFor(() => expect(calls).toBe(1))
  writer.exec('BEGIN EXCLUSIVE; CREATE TABLE other (a)')
  let longest = 0
  for (let last = performance.now(), end = last + 700; last < end; ) {
    await delay(1)
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }
  expect(calls).toBe(1)
  expect(longest).toBeLessThan(200)
  writer.exec('COMMIT')
  await vi.waitFor(() => expect(calls).toBe(2))
  writer.close()
  expect(told).toEqual([])
  stores = openRegistry(folder)
})

test('a file that was replaced is found again, and one that was taken away when it is back', async () => {
  const file = join(folder, 'mlflow.db')
  await stores.close()
  watch = watchRegistry(place(), { intervalMs: 60_000, onChange: count })
  await vi.waitFor(() => expect(calls).toBe(1))
  new Database(join(folder, 'other.db')).exec('CREATE TABLE other (a)').close()
  renameSync(join(folder, 'other.db'), file)
  await vi.waitFor(() => expect(calls).toBe(2), { timeout: 2_000 })
  rmSync(file)
  await vi.waitFor(() => expect(calls).toBe(3), { timeout: 2_000 })
  stores = openRegistry(folder)
  await vi.waitFor(() => expect(calls).toBeGreaterThanOrEqual(4), { timeout: 2_000 })
})

test('a registry that does not tell is asked about every interval, less and less often while it does not answer', async () => {
  const at: number[] = []
  let isDown = true
  const remote = { kind: 'server', url: 'http://127.0.0.1:1', publicUri: 'http://127.0.0.1:1' } as const
  watch = watchRegistry(remote, {
    intervalMs: 15,
    log,
    onChange: async () => {
      at.push(performance.now())
      if (isDown) throw new Error('nobody there')
    },
  })
  await vi.waitFor(() => expect(at.length).toBe(5), { timeout: 5_000 })
  expect(at[4]! - at[3]!).toBeGreaterThan(2 * (at[1]! - at[0]!))
  isDown = false
  await vi.waitFor(() => expect(told).toHaveLength(2), { timeout: 5_000 })
  expect(told[0]).toMatch('does not answer')
  expect(told[1]).toMatch('answers again')
  const before = at.length
  await delay(200)
  expect(at.length - before).toBeGreaterThan(4)
  watch.close()
  const closedAt = at.length
  await delay(100)
  expect(at.length).toBe(closedAt)
})
