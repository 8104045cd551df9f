import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type RegistryWatch, watchRegistry } from '../../../src/registry-client/watch/registry-watch.ts'
import type { Stores } from '../../../src/store/stores.ts'
import { PATIENCE } from '../../fixtures/patience.ts'
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

/** How long a change of the registry takes to be told, in milliseconds. */
async function toldAfterMs(model: string): Promise<number> {
  const before = calls
  const changedAt = performance.now()
  await stores.registry.registeredModels.create({ name: model })
  await vi.waitFor(() => expect(calls).toBe(before + 1), { ...PATIENCE, interval: 5 })
  return performance.now() - changedAt
}

test('a change of a file is told within a second, and only then', async () => {
  watch = watchRegistry(place(), { intervalMs: 60_000, onChange: count })
  await vi.waitFor(() => expect(calls).toBe(1), PATIENCE)
  await delay(600)
  expect(calls).toBe(1)
  // The machine may have stood still in one of them.
  const tookMs = [await toldAfterMs('iris'), await toldAfterMs('wine'), await toldAfterMs('digits')]
  expect(Math.min(...tookMs)).toBeLessThan(1_000)
})

test('a writer that has the file to itself holds up nobody', async () => {
  await stores.close()
  const writer = new Database(join(folder, 'mlflow.db'))
  writer.pragma('journal_mode = DELETE')
  watch = watchRegistry(place(), { intervalMs: 60_000, onChange: count, log })
  await vi.waitFor(() => expect(calls).toBe(1), PATIENCE)
  writer.exec('BEGIN EXCLUSIVE; CREATE TABLE other (a)')
  let longest = 0
  for (let last = performance.now(), end = last + 700; last < end; ) {
    await delay(1)
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }
  expect(calls).toBe(1)
  // Not as long as SQLite waits for a lock by default.
  expect(longest).toBeLessThan(4_000)
  writer.exec('COMMIT')
  await vi.waitFor(() => expect(calls).toBe(2), PATIENCE)
  writer.close()
  expect(told).toEqual([])
  stores = openRegistry(folder)
})

test('a file that was replaced is found again, and one that was taken away when it is back', async () => {
  const file = join(folder, 'mlflow.db')
  await stores.close()
  watch = watchRegistry(place(), { intervalMs: 60_000, onChange: count })
  await vi.waitFor(() => expect(calls).toBe(1), PATIENCE)
  new Database(join(folder, 'other.db')).exec('CREATE TABLE other (a)').close()
  renameSync(join(folder, 'other.db'), file)
  await vi.waitFor(() => expect(calls).toBe(2), PATIENCE)
  rmSync(file)
  await vi.waitFor(() => expect(calls).toBe(3), PATIENCE)
  stores = openRegistry(folder)
  await vi.waitFor(() => expect(calls).toBeGreaterThanOrEqual(4), PATIENCE)
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
  await vi.waitFor(() => expect(at.length).toBe(5), PATIENCE)
  // After four failures sixteen times the usual one, less a fifth.
  expect(at[4]! - at[3]!).toBeGreaterThan(12 * 15)
  isDown = false
  await vi.waitFor(() => expect(told).toHaveLength(2), PATIENCE)
  expect(told[0]).toMatch('does not answer')
  expect(told[1]).toMatch('answers again')
  // As often as at first, once the machine lets it.
  const usualAt = at.length
  await vi.waitFor(() => {
    const pauses = at.slice(usualAt + 1).map((time, index) => time - at[usualAt + index]!)
    expect(Math.min(...pauses)).toBeLessThan(60)
  }, PATIENCE)
  watch.close()
  const closedAt = at.length
  await delay(100)
  expect(at.length).toBe(closedAt)
})
