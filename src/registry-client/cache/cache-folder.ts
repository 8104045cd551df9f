import { createHash } from 'node:crypto'
import { access, constants, open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { flush } from '../../artifacts/model-files.ts'
import { makeFolders } from '../../files/make-folders.ts'
import { isErrno } from './cache-failure.ts'

/**
 * Where things lie in the cache:
 *
 *     locks/ENTRY                    held exclusively while an entry is built or removed; stays
 *     models/ENTRY/manifest.json     names the current tree and its files with their digests
 *     models/ENTRY/tree-…/           a complete tree; never changed, never named again
 *     models/ENTRY/tree-….lock       held shared by every process that uses the tree
 *     models/ENTRY/used              its time is when the entry was last used
 *     models/ENTRY/draft/            the next tree, while it is built
 *     resolutions/….json             what model URIs led to
 */
export class CacheFolder {
  readonly path: string
  readonly resolutions: string
  readonly #models: string
  readonly #locks: string

  constructor(path: string) {
    this.path = path
    this.#models = join(path, 'models')
    this.#locks = join(path, 'locks')
    this.resolutions = join(path, 'resolutions')
  }

  /** Makes the folders, for this user alone. @returns whether they can be written */
  async prepare(): Promise<boolean> {
    try {
      for (const folder of [this.path, this.#models, this.#locks, this.resolutions]) {
        await makeFolders(folder, { mode: 0o700 })
        await access(folder, constants.W_OK)
      }
      return true
    } catch (error) {
      if (!isErrno(error, 'EROFS', 'EACCES', 'EPERM')) throw error
      await access(this.#models, constants.R_OK)
      return false
    }
  }

  entry(key: string): EntryPlace {
    return this.#entryOf(createHash('sha256').update(key).digest('hex').slice(0, 32))
  }

  async entries(): Promise<readonly EntryPlace[]> {
    return (await readdir(this.#models)).map((id) => this.#entryOf(id))
  }

  #entryOf(id: string): EntryPlace {
    return new EntryPlace(join(this.#models, id), join(this.#locks, id))
  }
}

const TREE = /^tree-[0-9a-f]{12}$/

/** The files of one entry. */
export class EntryPlace {
  readonly path: string
  readonly lock: string
  readonly manifest: string
  readonly used: string
  readonly draft: string

  constructor(path: string, lock: string) {
    this.path = path
    this.lock = lock
    this.manifest = join(path, 'manifest.json')
    this.used = join(path, 'used')
    this.draft = join(path, 'draft')
  }

  tree(name: string): string {
    return join(this.path, name)
  }

  treeLock(name: string): string {
    return join(this.path, `${name}.lock`)
  }

  async make(): Promise<void> {
    await makeFolders(this.path, { mode: 0o700 })
    await flush(dirname(this.path))
  }

  /** Notes that the entry is used now. */
  async markUsed(): Promise<void> {
    const handle = await open(this.used, 'a', 0o600)
    try {
      const now = new Date()
      await handle.utimes(now, now)
    } finally {
      await handle.close()
    }
  }

  /** A name that no tree had before. */
  newTree(): string {
    return `tree-${crypto.randomUUID().replaceAll('-', '').slice(0, 12)}`
  }
}

export function isTreeName(name: string): boolean {
  return TREE.test(name)
}
