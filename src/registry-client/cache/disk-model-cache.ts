import { statfs } from 'node:fs/promises'
import { messageOf } from '../../core/errors.ts'
import { cacheFailure, throwIfStopped } from './cache-failure.ts'
import { CacheFolder } from './cache-folder.ts'
import { CachedEntry } from './cached-entry.ts'
import { DiskRoom } from './disk-room.ts'
import { Eviction } from './eviction.ts'
import { KEPT_BY_THIS_PROCESS, type KeptLocks } from './kept-locks.ts'
import { readManifest } from './manifest.ts'
import type { CachedModel, CacheLog, FetchRequest, ModelCache, RememberedModel } from './model-cache.ts'
import { ResolutionMemory } from './resolution-memory.ts'

export interface DiskModelCacheOptions {
  /** Made where it is not there; used without locks where it cannot be written. */
  readonly folder: string
  /** Of all models together. One that is larger is kept while it is the latest or in use. */
  readonly maxBytes: number
  readonly log: CacheLog
  /** Before a broken transfer goes on the first time. */
  readonly retryDelayMs?: number
  /** Whose use keeps trees from being removed. */
  readonly kept?: KeptLocks
  /** Room that this user may fill on the disk of a folder. */
  readonly freeBytes?: (folder: string) => Promise<number>
}

const RETRY_DELAY_MS = 500

/** Models in a folder of this machine. Layout and locks: `CacheFolder`. */
export class DiskModelCache implements ModelCache {
  readonly #options: Required<DiskModelCacheOptions>
  readonly #folder: CacheFolder
  readonly #memory: ResolutionMemory
  readonly #eviction: Eviction
  readonly #room: DiskRoom
  #prepared: Promise<boolean> | undefined

  constructor(options: DiskModelCacheOptions) {
    this.#options = { retryDelayMs: RETRY_DELAY_MS, kept: KEPT_BY_THIS_PROCESS, freeBytes, ...options }
    this.#folder = new CacheFolder(options.folder)
    this.#memory = new ResolutionMemory(this.#folder.resolutions)
    this.#eviction = new Eviction({ folder: this.#folder, memory: this.#memory, log: options.log })
    this.#room = new DiskRoom({
      folder: options.folder,
      freeBytes: this.#options.freeBytes,
      makeRoom: (missingBytes) => this.#eviction.makeRoom(missingBytes),
    })
  }

  fetch(request: FetchRequest): Promise<CachedModel> {
    return this.#inFolder(async (writable) => {
      const model = await this.#entry(request.key, writable).fetch(request)
      if (model.downloaded) await this.#keepWithinBound()
      return model
    }, request.signal)
  }

  find(key: string): Promise<CachedModel | undefined> {
    return this.#inFolder(async (writable) => {
      const entry = this.#entry(key, writable)
      const found = await entry.find()
      if (found !== 'damaged') return found
      return writable ? entry.discard(() => this.#memory.forget(key)) : undefined
    })
  }

  remember(model: RememberedModel): Promise<void> {
    return this.#inFolder(async (writable) => {
      if (writable) await this.#memory.remember(model)
    })
  }

  recall(registry: string | undefined, uri: string): Promise<RememberedModel | undefined> {
    return this.#inFolder(() => this.#memory.recall(registry, uri))
  }

  remembered(): Promise<readonly RememberedModel[]> {
    return this.#inFolder(async () => {
      const there: RememberedModel[] = []
      for (const model of await this.#memory.all()) {
        const manifest = await readManifest(this.#folder.entry(model.key).manifest)
        if (manifest?.key === model.key) there.push(model)
      }
      return there
    })
  }

  #entry(key: string, writable: boolean): CachedEntry {
    const { log, retryDelayMs, kept, folder } = this.#options
    const place = this.#folder.entry(key)
    const room = this.#room
    return new CachedEntry({ key, place, writable, log, retryDelayMs, kept, room, cacheFolder: folder })
  }

  /** A model that is there is served, whatever becomes of the others. */
  async #keepWithinBound(): Promise<void> {
    const { folder, log } = this.#options
    try {
      await this.#eviction.keepWithin(this.#options.maxBytes)
    } catch (error) {
      log.warn({ folder, reason: messageOf(error) }, 'Older models could not be removed from the cache')
    }
  }

  /** All that goes wrong with the folder is said in words that name it. */
  async #inFolder<T>(work: (writable: boolean) => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      this.#prepared ??= this.#folder.prepare()
      return await work(await this.#prepared)
    } catch (error) {
      throwIfStopped(signal, 'fetching a model')
      throw cacheFailure(error, this.#options.folder)
    }
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
