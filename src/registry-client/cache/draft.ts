import { constants, copyFile, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { flush } from '../../artifacts/model-files.ts'
import { makeFolders } from '../../files/make-folders.ts'
import type { EntryPlace } from './cache-folder.ts'
import type { Beginning } from './draft-file.ts'
import { DraftFile } from './draft-file.ts'
import { DraftJournal, type DraftState, readDraftJournal } from './draft-journal.ts'
import type { CachedFile } from './manifest.ts'
import { isIntact } from './tree-check.ts'

/**
 * The next tree of an entry while it is made, by whoever holds the entry's lock. It outlives its maker: the next one
 * goes on with it where the repository still has the same content.
 */
export class Draft {
  readonly #files: string
  readonly #journal: DraftJournal
  readonly #earlier: DraftState | undefined

  private constructor(files: string, journal: DraftJournal, earlier: DraftState | undefined) {
    this.#files = files
    this.#journal = journal
    this.#earlier = earlier
  }

  static async open({ draft }: EntryPlace, identity: string): Promise<Draft> {
    const journalPath = join(draft, 'journal.jsonl')
    const files = join(draft, 'files')
    const earlier = await readDraftJournal(journalPath)
    if (earlier?.identity === identity) return new Draft(files, await DraftJournal.goOn(journalPath), earlier)
    await rm(draft, { recursive: true, force: true })
    await makeFolders(files, { mode: 0o700 })
    return new Draft(files, await DraftJournal.begin(journalPath, identity), undefined)
  }

  /** A file that an earlier maker had finished; read anew, since it may have died before all was on the disk. */
  async finished(path: string): Promise<CachedFile | undefined> {
    const file = this.#earlier?.whole.get(path)
    return file !== undefined && (await isIntact(join(this.#files, path), file)) ? file : undefined
  }

  /** Copies a file of an earlier tree. @returns false where the copy has not the content it should have */
  async takeOver(file: CachedFile, tree: string): Promise<boolean> {
    const copy = await this.#freshPath(file.path)
    await rm(copy, { force: true })
    await copyFile(join(tree, file.path), copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    if (!(await isIntact(copy, file))) return false
    await flush(copy)
    await this.#journal.whole(file)
    return true
  }

  /**
   * Has a file written by `write`, which may find its beginning there.
   * @param expectedBytes by the listing: without them nothing goes on with a beginning
   */
  async writeFile(
    path: string,
    { expectedBytes, cacheFolder, onBytes }: WriteOptions,
    write: (file: DraftFile) => Promise<void>,
  ): Promise<CachedFile> {
    const beginning = this.#earlier?.begun.get(path)
    const file = await DraftFile.open(await this.#freshPath(path), beginning, {
      cacheFolder,
      onRestart: (validator) => this.#noteBeginning(path, validator, expectedBytes),
      onBytes,
    })
    try {
      await write(file)
      const sha256 = await file.finish()
      const whole = { path, bytes: file.bytes, sha256, validator: file.validator }
      await this.#journal.whole(whole)
      return whole
    } finally {
      await file.close()
    }
  }

  /** Lets go of the draft, for the next maker. */
  async close(): Promise<void> {
    await this.#journal.close()
  }

  /** Makes a tree of the draft. All of it is on the disk when it returns; nothing names it yet. */
  async becomeTree(target: string): Promise<void> {
    for (const entry of await readdir(this.#files, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory()) await flush(join(entry.parentPath, entry.name))
    }
    await flush(this.#files)
    await rename(this.#files, target)
    await flush(dirname(target))
    await rm(dirname(this.#files), { recursive: true })
  }

  async #freshPath(path: string): Promise<string> {
    const fresh = join(this.#files, path)
    await makeFolders(dirname(fresh), { mode: 0o700 })
    return fresh
  }

  async #noteBeginning(
    path: string,
    validator: string | undefined,
    bytes: number | undefined,
  ): Promise<void> {
    if (validator === undefined || bytes === undefined) await this.#journal.dropped(path)
    else await this.#journal.begun(path, { validator, bytes } satisfies Beginning)
  }
}

export interface WriteOptions {
  readonly expectedBytes: number | undefined
  readonly cacheFolder: string
  readonly onBytes: (bytes: number) => void
}
