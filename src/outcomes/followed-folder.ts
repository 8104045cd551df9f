import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FollowedFile } from './followed-file.ts'
import { isSystemError } from './outcome-failure.ts'
import type { OutcomeRecord } from './outcome-record.ts'
import { OUTCOME_FILE } from './writer-file.ts'

/** The files of all other writers of a folder: those of today's processes, and those that ended ones have left. */
export class FollowedFolder {
  readonly #folder: string
  readonly #isOwn: (name: string) => boolean
  readonly #files = new Map<string, FollowedFile>()

  /** @param isOwn whether a writer of this name is this process, which knows what is in its file */
  constructor(folder: string, isOwn: (name: string) => boolean) {
    this.#folder = folder
    this.#isOwn = isOwn
  }

  /** Lines of all files that are not what was written. */
  get damaged(): number {
    return [...this.#files.values()].reduce((sum, file) => sum + file.damaged, 0)
  }

  /**
   * What is there and was not read, about in the order in which it came, so that what is known of old days may be forgotten on
   * the way.
   * @throws of the system, but not for files that are removed
   */
  async *unread(): AsyncGenerator<readonly OutcomeRecord[]> {
    const open = await this.#grown()
    while (open.length > 0) {
      const [next] = open.sort((a, b) => a.lastAt - b.lastAt)
      if (next === undefined) return
      const records = await ifThere(next.read(), undefined)
      if (records === undefined) open.shift()
      else yield records
    }
  }

  /** Files that have more than was read. */
  async #grown(): Promise<FollowedFile[]> {
    const names = (await ifThere(readdir(this.#folder), [])).filter(
      (name) => name.endsWith(OUTCOME_FILE) && !this.#isOwn(name.slice(0, -OUTCOME_FILE.length)),
    )
    const found = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name)
        const file = this.#files.get(name) ?? new FollowedFile(path)
        this.#files.set(name, file)
        const found = await ifThere(stat(path), undefined)
        return { file, size: found?.isFile() === true ? found.size : 0 }
      }),
    )
    return found.filter(({ file, size }) => file.hasMore(size)).map(({ file }) => file)
  }
}

async function ifThere<T, U>(found: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await found
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return otherwise
    throw error
  }
}
