import { copyFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MlflowClient } from '../../../../../client/mlflow-client.ts'

const PLACE = 'outcomes'

/** The outcomes that a machine has taken, as artifacts of the rollout's run: a file each writer, called after it. */
export class OutcomeArtifacts {
  readonly #client: MlflowClient
  readonly #folder: string
  /** Bytes of each file that are there. */
  readonly #uploaded = new Map<string, number>()

  /** @param folder of the rollout's outcomes; it need not be there */
  constructor(client: MlflowClient, folder: string) {
    this.#client = client
    this.#folder = folder
  }

  /** Those that have grown. @throws ServingError, and errors of the disk */
  async upload(runId: string): Promise<void> {
    const names = await readdir(this.#folder).catch(() => [])
    for (const name of names) {
      const path = join(this.#folder, name)
      const { size } = await stat(path)
      if (size === 0 || this.#uploaded.get(name) === size) continue
      await this.#uploadCopy(runId, path, name)
      this.#uploaded.set(name, size)
    }
  }

  /** A file that grows while it is sent would be another one than was begun. */
  async #uploadCopy(runId: string, path: string, name: string): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'headrace-outcomes-'))
    try {
      const copy = join(folder, name)
      await copyFile(path, copy)
      await this.#client.logArtifact(runId, copy, PLACE)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}
