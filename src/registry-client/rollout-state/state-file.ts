import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { flush } from '../../artifacts/model-files.ts'
import { makeFolders } from '../../files/make-folders.ts'
import { isErrno } from '../cache/cache-failure.ts'
import { type Choose, type StateCell, updateByRereading } from './state-cell.ts'

const WATCH_MS = 500

/** A file of this machine: for models that no registry knows, and as what a replica knew last. */
export class StateFile implements StateCell {
  readonly title: string
  readonly #path: string

  /** @param path absolute; its folder is made with the first text */
  constructor(path: string) {
    this.#path = path
    this.title = `the file ${path}`
  }

  async read(): Promise<string | undefined> {
    try {
      return await readFile(this.#path, 'utf8')
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined
      throw error
    }
  }

  /** Written beside and renamed: whoever reads it sees the old text or the new. On the disk on return. */
  async write(text: string): Promise<void> {
    const folder = dirname(this.#path)
    await makeFolders(folder, { mode: 0o700 })
    const draft = `${this.#path}.${crypto.randomUUID()}.tmp`
    try {
      await writeDurably(draft, text)
      await rename(draft, this.#path)
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
    await flush(folder)
  }

  update(choose: Choose): Promise<string | undefined> {
    return updateByRereading(this, choose)
  }

  /** A failure is one of the next look too. */
  watch(onChange: () => Promise<void>): { close(): void } {
    let isClosed = false
    let timer: NodeJS.Timeout
    const wait = (): void => {
      if (!isClosed)
        timer = setTimeout(
          () =>
            void onChange()
              .catch(() => undefined)
              .finally(wait),
          WATCH_MS,
        ).unref()
    }
    wait()
    return {
      close: () => {
        isClosed = true
        clearTimeout(timer)
      },
    }
  }

  async close(): Promise<void> {}
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}
