import { lstat, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FileLock } from '../../files/file-lock.ts'
import { isErrno } from './cache-failure.ts'
import type { CacheFolder, EntryPlace } from './cache-folder.ts'
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

/** Lets go of models that nobody uses. Never waits: what another process works on is left alone. */
export class Eviction {
  readonly #folder: CacheFolder
  readonly #memory: ResolutionMemory
  readonly #log: CacheLog

  constructor(parts: {
    readonly folder: CacheFolder
    readonly memory: ResolutionMemory
    readonly log: CacheLog
  }) {
    this.#folder = parts.folder
    this.#memory = parts.memory
    this.#log = parts.log
  }

  /** Removes what is left over, then models until all together have no more than `maxBytes`. */
  async keepWithin(maxBytes: number): Promise<void> {
    for (const place of await this.#folder.entries()) await this.#tidy(place)
    await this.#memory.tidy()
    const entries = await this.#leastRecentlyUsed()
    let total = entries.reduce((sum, { bytes }) => sum + bytes, 0)
    for (const entry of entries) {
      if (total <= maxBytes) return
      if (await this.#remove(entry)) total -= entry.bytes
    }
    if (total > maxBytes) this.#warn(total, maxBytes)
  }

  /**
   * Removes models, one after the other, for as long as bytes are missing; none where all of them are too few, so
   * that a registry that names a senseless length does not empty the cache.
   */
  async makeRoom(missingBytes: () => Promise<number>): Promise<void> {
    const entries = await this.#leastRecentlyUsed()
    if ((await missingBytes()) > entries.reduce((sum, { bytes }) => sum + bytes, 0)) return
    for (const entry of entries) {
      if ((await this.#remove(entry)) && (await missingBytes()) <= 0) return
    }
  }

  async #leastRecentlyUsed(): Promise<readonly Evictable[]> {
    const entries = await Promise.all((await this.#folder.entries()).map(measured))
    return entries.sort((a, b) => a.usedAt - b.usedAt)
  }

  async #tidy(place: EntryPlace): Promise<void> {
    await withLock(place, async () => {
      const draftAge = Date.now() - (await timeOf(join(place.draft, 'journal.jsonl')))
      if (draftAge > DRAFT_LIFE_MS) await rm(place.draft, { recursive: true, force: true })
      await removeUnusedTrees(place)
      return true
    })
  }

  async #remove({ place, bytes }: Evictable): Promise<boolean> {
    return withLock(place, async () => {
      const key = (await readManifest(place.manifest))?.key
      if (!(await removeEntry(place))) return false
      if (key !== undefined) await this.#memory.forget(key)
      this.#log.info({ key, bytes }, 'Removed the least recently used model from the cache')
      return true
    })
  }

  #warn(bytes: number, maxBytes: number): void {
    this.#log.warn(
      { bytes, maxBytes, folder: this.#folder.path },
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
