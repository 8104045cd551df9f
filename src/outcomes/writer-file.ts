import { constants } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from './durable-folder.ts'

/** Ends the names of files of outcomes. */
export const OUTCOME_FILE = '.jsonl'

const NEW_FILE = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL

/**
 * The file that one writer appends to, and nobody else ever: it is made anew, under a name that is not taken. After a failure it is
 * never written again, since nobody knows what of it is on the disk (a system that failed to sync once may say yes the next time,
 * Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020).
 */
export class WriterFile {
  readonly path: string
  readonly #file: FileHandle
  #isEmpty = true

  /** @throws of the system */
  static async create(folder: string, name: string): Promise<WriterFile> {
    const path = join(folder, `${name}${OUTCOME_FILE}`)
    const file = await open(path, NEW_FILE, 0o600)
    try {
      // The folder itself may be another process's, made a moment ago.
      for (const place of [folder, dirname(folder)]) await syncFolder(place)
      return new WriterFile(path, file)
    } catch (error) {
      await file.close()
      await rm(path, { force: true })
      throw error
    }
  }

  private constructor(path: string, file: FileHandle) {
    this.path = path
    this.#file = file
  }

  /** Returns when all of it is durable. @throws of the system; then the file may only be left */
  async append(lines: string): Promise<void> {
    await this.#file.writeFile(lines)
    await this.#file.datasync()
    this.#isEmpty = false
  }

  /** Closes it; nothing is left of a file without a single durable line. */
  async leave(): Promise<void> {
    await this.#file.close()
    if (this.#isEmpty) await rm(this.path, { force: true })
  }
}
