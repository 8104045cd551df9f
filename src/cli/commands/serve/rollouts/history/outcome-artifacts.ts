import { copyFile, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { MlflowClient } from '../../../../../client/mlflow-client.ts'

const PLACE = 'outcomes'
/** Ends the names of files that other machines have written. */
const COPY = '.copy.jsonl'
const FILE = /^[\w.-]+\.jsonl$/

/**
 * The outcomes of a rollout as artifacts of its run: a file each writer, called after it. Machines that have no folder in common
 * learn of each other's outcomes by them: what is fetched is followed by the outcome log as any writer's file is.
 */
export class OutcomeArtifacts {
  readonly #client: MlflowClient
  readonly #folder: string
  /** Bytes of each file that are there, as far as this machine has sent or fetched them. */
  readonly #known = new Map<string, number>()

  /** @param folder of the rollout's outcomes; it need not be there */
  constructor(client: MlflowClient, folder: string) {
    this.#client = client
    this.#folder = folder
  }

  /**
   * Those of this machine that have grown.
   * @param growth by which they have to have grown; files are sent whole, and with 1.2 all that is ever sent of one is six times
   * what it has in the end
   * @throws ServingError, and errors of the disk
   */
  async upload(runId: string, growth = 1): Promise<void> {
    for (const name of await this.#ownNames()) {
      const path = join(this.#folder, name)
      const { size } = await stat(path)
      const known = this.#known.get(name) ?? 0
      if (size === known || size < known * growth) continue
      await this.#uploadCopy(runId, path, name)
      this.#known.set(name, size)
    }
  }

  /** Those of other machines that have grown; all of them where nobody says how large they are. @throws ServingError, and errors of the disk */
  async fetch(runId: string): Promise<void> {
    const own = new Set(await this.#ownNames())
    for (const { path, isDir, fileSize } of await this.#client.listArtifacts(runId, PLACE)) {
      const name = basename(path)
      const isKnown = fileSize !== undefined && fileSize === this.#known.get(name)
      if (isDir || own.has(name) || !FILE.test(name) || isKnown) continue
      await this.#fetchCopy(runId, path, name)
      if (fileSize !== undefined) this.#known.set(name, fileSize)
    }
  }

  async #ownNames(): Promise<readonly string[]> {
    const names = await readdir(this.#folder).catch(() => [])
    return names.filter((name) => FILE.test(name) && !name.endsWith(COPY))
  }

  /** A file that grows while it is sent would be another one than was begun. */
  async #uploadCopy(runId: string, path: string, name: string): Promise<void> {
    await inFolder(tmpdir(), async (folder) => {
      const copy = join(folder, name)
      await copyFile(path, copy)
      await this.#client.logArtifact(runId, copy, PLACE)
    })
  }

  /** In place at once: it begins as the copy of before did, so that it is read on from there. */
  async #fetchCopy(runId: string, path: string, name: string): Promise<void> {
    await inFolder(this.#folder, async (folder) => {
      const fetched = await this.#client.downloadArtifacts(runId, path, folder)
      await rename(fetched, join(this.#folder, `${name.slice(0, -'.jsonl'.length)}${COPY}`))
    })
  }
}

async function inFolder(place: string, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(place, 'headrace-outcomes-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
