import { internalError, unusableCache } from '../../core/errors.ts'
import { FileLock } from '../../files/file-lock.ts'
import { buildTree, type EarlierTree } from './build-tree.ts'
import { throwIfStopped } from './cache-failure.ts'
import type { EntryPlace } from './cache-folder.ts'
import type { DiskRoom } from './disk-room.ts'
import { type HeldTree, holdCurrentTree } from './held-tree.ts'
import type { KeptLocks } from './kept-locks.ts'
import { bytesOf, type CachedFile, type Manifest, writeManifest } from './manifest.ts'
import type { CachedModel, CacheLog, FetchRequest } from './model-cache.ts'
import { lookAtRemote, type RemoteTree } from './remote-tree.ts'
import { removeUnusedTrees, unnameTree } from './remove-trees.ts'
import { hasOthers, intactFiles } from './tree-check.ts'

export interface CachedEntryParts {
  readonly key: string
  readonly place: EntryPlace
  readonly writable: boolean
  readonly kept: KeptLocks
  readonly retryDelayMs: number
  readonly cacheFolder: string
  readonly room: DiskRoom
  readonly log: CacheLog
}

/** What was found of an entry's current tree. */
interface Standing {
  readonly manifest: Manifest
  readonly intact: ReadonlyMap<string, CachedFile>
  /** All files are there with their own content, and no others. */
  readonly whole: boolean
}

/** What the cache has under one key. */
export class CachedEntry {
  readonly #parts: CachedEntryParts
  readonly #place: EntryPlace

  constructor(parts: CachedEntryParts) {
    this.#parts = parts
    this.#place = parts.place
  }

  async find(): Promise<CachedModel | 'damaged' | undefined> {
    const held = await this.#hold()
    if (held === undefined) return undefined
    const { whole, manifest } = await this.#check(held)
    if (whole) return this.#use(held, manifest, false)
    held.lock?.release()
    return 'damaged'
  }

  /**
   * Throws a damaged tree away, and `forget`s what led to it, unless another process works on the entry just now.
   * @returns what another process has put in its place meanwhile
   */
  async discard(forget: () => Promise<void>): Promise<CachedModel | undefined> {
    const { key, log } = this.#parts
    const lock = await FileLock.try(this.#place.lock, 'exclusive')
    if (lock === undefined) return undefined
    try {
      const found = await this.find()
      if (found !== 'damaged') return found
      log.warn({ key, path: this.#place.path }, 'The cached model is damaged and is thrown away')
      await unnameTree(this.#place)
      await forget()
      await removeUnusedTrees(this.#place)
      return undefined
    } finally {
      lock.release()
    }
  }

  async fetch(request: FetchRequest): Promise<CachedModel> {
    const remote = await this.#look(request)
    const found = await this.#tryToUse(remote)
    if (isModel(found)) return found
    if (!this.#parts.writable) throw this.#readOnly(request.repository.uri)
    const lock = await this.#lock(request)
    try {
      // Whoever had the lock may have made what is wanted here, of content that was newer.
      const now = await this.#tryToUse(remote, found)
      if (isModel(now)) return now
      const isSame = now?.manifest.tree === found?.manifest.tree
      return await this.#build(request, isSame ? remote : await this.#look(request), now)
    } finally {
      lock.release()
    }
  }

  #look({ repository, signal }: FetchRequest): Promise<RemoteTree> {
    return lookAtRemote({ repository, signal, retryDelayMs: this.#parts.retryDelayMs })
  }

  /** @param known what was found before, which still holds where the tree is the same */
  async #tryToUse(remote: RemoteTree, known?: Standing): Promise<CachedModel | Standing | undefined> {
    const held = await this.#hold()
    if (held === undefined) return undefined
    const standing = known?.manifest.tree === held.manifest.tree ? known : await this.#check(held)
    if (standing.whole && standing.manifest.identity === remote.identity) {
      return this.#use(held, standing.manifest, false)
    }
    held.lock?.release()
    return standing
  }

  async #build(
    { repository, signal, onProgress }: FetchRequest,
    remote: RemoteTree,
    standing: Standing | undefined,
  ): Promise<CachedModel> {
    if (standing?.manifest.identity === remote.identity && !standing.whole) {
      this.#parts.log.warn(
        { key: this.#parts.key, path: this.#place.tree(standing.manifest.tree) },
        'The cached model is damaged; what is wrong with it is transferred again',
      )
    }
    await this.#place.make()
    const tree = this.#place.newTree()
    const { retryDelayMs, cacheFolder, room } = this.#parts
    const files = await buildTree({
      ...{ place: this.#place, repository, remote, retryDelayMs, cacheFolder, room, signal, onProgress },
      target: this.#place.tree(tree),
      earlier: this.#earlierTree(standing),
    })
    const manifest = { key: this.#parts.key, identity: remote.identity, tree, files }
    return this.#use({ manifest, lock: await this.#publish(manifest) }, manifest, true)
  }

  /** The tree is held before it has a name, so that nobody can find it unused. */
  async #publish(manifest: Manifest): Promise<FileLock> {
    const lock = await FileLock.try(this.#place.treeLock(manifest.tree), 'shared')
    if (lock === undefined) throw internalError(`Another process holds the lock of the new ${manifest.tree}`)
    try {
      await writeManifest(this.#place.manifest, manifest)
      return lock
    } catch (error) {
      lock.release()
      throw error
    }
  }

  #earlierTree(standing: Standing | undefined): EarlierTree | undefined {
    if (standing === undefined) return undefined
    const { manifest, intact } = standing
    return { path: this.#place.tree(manifest.tree), identity: manifest.identity, intact }
  }

  async #hold(): Promise<HeldTree | undefined> {
    const held = await holdCurrentTree(this.#place, this.#parts.writable)
    if (held === undefined || held.manifest.key === this.#parts.key) return held
    held.lock?.release()
    return undefined
  }

  async #check({ manifest, lock }: HeldTree): Promise<Standing> {
    try {
      const tree = this.#place.tree(manifest.tree)
      const intact = await intactFiles(tree, manifest.files)
      const whole = intact.size === manifest.files.length && !(await hasOthers(tree, manifest.files))
      return { manifest, intact, whole }
    } catch (error) {
      lock?.release()
      throw error
    }
  }

  /** From here on the tree stays as long as this process. */
  async #use({ lock }: HeldTree, manifest: Manifest, downloaded: boolean): Promise<CachedModel> {
    const path = this.#place.tree(manifest.tree)
    if (lock !== undefined) {
      this.#parts.kept.keep(path, lock)
      // A model that can be read is served, though its folder cannot be written just now.
      await this.#place.markUsed().catch(() => undefined)
    }
    const { files } = manifest
    return { path, files: files.length, bytes: bytesOf(files), downloaded }
  }

  async #lock({ repository, signal }: FetchRequest): Promise<FileLock> {
    const { key, log } = this.#parts
    const onWait = () => log.info({ key }, `Waiting for another process that fetches ${repository.uri}`)
    try {
      return await FileLock.waitForExclusive({ path: this.#place.lock, signal, onWait })
    } catch (error) {
      throwIfStopped(signal, 'waiting for another process that works on the same model')
      throw error
    }
  }

  #readOnly(uri: string): Error {
    const { cacheFolder } = this.#parts
    return unusableCache(
      `The model cache at ${cacheFolder} cannot be written and does not have ${uri} as it is now: ` +
        'name another folder (--cache-dir)',
    )
  }
}

function isModel(found: CachedModel | Standing | undefined): found is CachedModel {
  return found !== undefined && 'downloaded' in found
}
