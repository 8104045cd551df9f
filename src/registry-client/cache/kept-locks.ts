import type { FileLock } from '../../files/file-lock.ts'

/** Locks that are held as long as the process lives: what is locked is in use, whoever still refers to it. */
export class KeptLocks {
  readonly #locks = new Map<string, FileLock>()

  keep(path: string, lock: FileLock): void {
    if (this.#locks.has(path)) lock.release()
    else this.#locks.set(path, lock)
  }

  releaseAll(): void {
    for (const lock of this.#locks.values()) lock.release()
    this.#locks.clear()
  }
}

/** Referred to by the module, since a connection that is collected as garbage lets go of its lock. */
export const KEPT_BY_THIS_PROCESS = new KeptLocks()
