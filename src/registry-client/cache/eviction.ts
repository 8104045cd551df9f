import { lstat, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from './cache-failure.ts'
import type { CacheFolder, EntryPlace } from './cache-folder.ts'
import { FileLock } from './file-lock.ts'
import { readManifest } from './manifest.ts'
import type { CacheLog } from './model-cache.ts'
import { removeEntry, removeUnusedTrees } from './remove-trees.ts'
import type { ResolutionMemory } from './resolution-memory.ts'

const DRAFT_LIFE_MS = 24 * 3600 * 1000

interface Evictable {
  readonly place: EntryPlace
  readonly bytes: number
  readonly usedAt: number
}

/** Keeps the cache within its bound, after it has grown. Never waits: what another process works on is left alone. */
export class Eviction {
  readonly #folder: CacheFolder
  readonly #maxBytes: number
  readonly #memory: ResolutionMemory
  readonly #log: CacheLog

  constructor(parts: {
    readonly folder: CacheFolder
    readonly maxBytes: number
    readonly memory: ResolutionMemory
    readonly log: CacheLog
  }) {
    this.#folder = parts.folder
    this.#maxBytes = parts.maxBytes
    this.#memory = parts.memory
    this.#log = parts.log
  }

  /** Removes what is left over, then entries that nobody uses, the least recently used first. */
  async run(): Promise<void> {
    const places = await this.#folder.entries()
    for (const place of places) await this.#tidy(place)
    await this.#memory.tidy()
    const entries = await Promise.all(places.map(measured))
    let total = entries.reduce((sum, { bytes }) => sum + bytes, 0)
    for (const { place, bytes } of entries.sort((a, b) => a.usedAt - b.usedAt)) {
      if (total <= this.#maxBytes) return
      if (await this.#remove(place, bytes)) total -= bytes
    }
    if (total > this.#maxBytes) this.#warn(total)
  }

  async #tidy(place: EntryPlace): Promise<void> {
    await withLock(place, async () => {
      const draftAge = Date.now() - (await timeOf(join(place.draft, 'journal.jsonl')))
      if (draftAge > DRAFT_LIFE_MS) await rm(place.draft, { recursive: true, force: true })
      await removeUnusedTrees(place)
      return true
    })
  }

  async #remove(place: EntryPlace, bytes: number): Promise<boolean> {
    const key = (await readManifest(place.manifest))?.key
    const removed = await withLock(place, () => removeEntry(place))
    if (!removed) return false
    if (key !== undefined) await this.#memory.forget(key)
    this.#log.info({ key, bytes }, 'Removed the least recently used model from the cache')
    return true
  }

  #warn(bytes: number): void {
    this.#log.warn(
      { bytes, maxBytes: this.#maxBytes, folder: this.#folder.path },
      'The models in use are larger than the cache may be (--cache-size); nothing more can be removed',
    )
  }
}

/** Does nothing where another process has the entry's lock. */
async function withLock(place: EntryPlace, work: () => Promise<boolean>): Promise<boolean> {
  const lock = await FileLock.try(place.lock, 'exclusive')
  if (lock === undefined) return false
  try {
    return await work()
  } catch (error) {
    // Another process removed the entry before the lock was free.
    if (isErrno(error, 'ENOENT')) return false
    throw error
  } finally {
    lock.release()
  }
}

async function measured(place: EntryPlace): Promise<Evictable> {
  const times = await Promise.all([timeOf(place.used), timeOf(join(place.draft, 'journal.jsonl'))])
  return { place, bytes: await bytesUnder(place.path), usedAt: Math.max(...times) }
}

/** 0 where there is nothing. */
async function timeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0
}

async function bytesUnder(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  let bytes = 0
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const found = await lstat(join(entry.parentPath, entry.name)).catch(() => undefined)
    bytes += found?.size ?? 0
  }
  return bytes
}
