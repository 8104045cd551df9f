import { randomBytes } from 'node:crypto'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { FileLock } from '../../src/files/file-lock.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

let path: string

beforeEach(() => {
  path = join(temporaryFolder(), 'lock')
})

describe('the lock of a file', () => {
  test('may be held shared by many, and by nobody else exclusively', async () => {
    const shared = [await FileLock.try(path, 'shared'), await FileLock.try(path, 'shared')]
    expect(shared.every((lock) => lock !== undefined)).toBe(true)
    expect(await FileLock.try(path, 'exclusive')).toBeUndefined()
    shared[0]?.release()
    expect(await FileLock.try(path, 'exclusive')).toBeUndefined()
    shared[1]?.release()
    expect(await FileLock.try(path, 'exclusive')).toBeDefined()
  })

  test('is held by one where it is held exclusively', async () => {
    const lock = await FileLock.try(path, 'exclusive')
    expect(await FileLock.try(path, 'shared')).toBeUndefined()
    expect(await FileLock.try(path, 'exclusive')).toBeUndefined()
    lock?.release()
    expect(await FileLock.try(path, 'shared')).toBeDefined()
  })

  test('does not shut others out by an attempt that failed', async () => {
    const first = await FileLock.try(path, 'shared')
    await FileLock.try(path, 'exclusive')
    expect(await FileLock.try(path, 'shared')).toBeDefined()
    first?.release()
  })

  test.for([5_000, 100])('is free of what a damaged disk has put into its %d bytes', async (bytes) => {
    writeFileSync(path, randomBytes(bytes))
    const lock = await FileLock.try(path, 'shared')
    expect(lock).toBeDefined()
    expect(await FileLock.try(path, 'exclusive')).toBeUndefined()
    lock?.release()
    expect(statSync(path).size).toBe(0)
  })

  test('is waited for until it is free', async () => {
    const lock = await FileLock.try(path, 'exclusive')
    setTimeout(() => lock?.release(), 100)
    const start = performance.now()
    await FileLock.waitForExclusive({ path })
    expect(performance.now() - start).toBeGreaterThan(90)
  })

  test('is waited for until the signal says otherwise', async () => {
    const lock = await FileLock.try(path, 'exclusive')
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('enough')), 100)
    await expect(FileLock.waitForExclusive({ path, signal: stop.signal })).rejects.toThrow('enough')
    lock?.release()
  })

  test('leaves the file empty', async () => {
    const lock = await FileLock.try(path, 'exclusive')
    lock?.release()
    expect(statSync(path).size).toBe(0)
  })
})
