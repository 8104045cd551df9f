import { createHash } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isRecord } from '../../core/record.ts'
import { isErrno } from './cache-failure.ts'
import { readJsonFile, replaceJsonFile } from './json-file.ts'
import type { RememberedModel } from './model-cache.ts'

/** No writer takes so long over a small file. */
const LEFTOVER_LIFE_MS = 3600 * 1000

/** What model URIs led to: a small file for each. */
export class ResolutionMemory {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async remember(model: RememberedModel): Promise<void> {
    await replaceJsonFile(this.#pathOf(model.registry, model.uri), model)
  }

  async recall(registry: string | undefined, uri: string): Promise<RememberedModel | undefined> {
    const found = readRemembered(await readJsonFile(this.#pathOf(registry, uri)))
    return found?.registry === registry && found?.uri === uri ? found : undefined
  }

  /** The latest first. */
  async all(): Promise<readonly RememberedModel[]> {
    const models: RememberedModel[] = []
    for (const path of await this.#paths()) {
      const found = readRemembered(await readJsonFile(path))
      if (found !== undefined) models.push(found)
    }
    return models.sort((a, b) => b.resolvedAt - a.resolvedAt)
  }

  /** Everything that led to the content with this key. */
  async forget(key: string): Promise<void> {
    for (const path of await this.#paths()) {
      if (readRemembered(await readJsonFile(path))?.key === key) await rm(path, { force: true })
    }
  }

  /** Removes what writers that died have left. */
  async tidy(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (!name.endsWith('.tmp')) continue
      const path = join(this.#folder, name)
      const writtenAt = (await stat(path).catch(() => undefined))?.mtimeMs ?? 0
      if (Date.now() - writtenAt > LEFTOVER_LIFE_MS) await rm(path, { force: true })
    }
  }

  async #paths(): Promise<readonly string[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      // A cache that is read-only need not have the folder.
      if (isErrno(error, 'ENOENT')) return []
      throw error
    })
    return names.filter((name) => name.endsWith('.json')).map((name) => join(this.#folder, name))
  }

  #pathOf(registry: string | undefined, uri: string): string {
    const identity = JSON.stringify([registry ?? null, uri])
    return join(this.#folder, `${createHash('sha256').update(identity).digest('hex').slice(0, 32)}.json`)
  }
}

function readRemembered(found: unknown): RememberedModel | undefined {
  if (!isRecord(found)) return undefined
  const { uri, canonicalUri, name, location, key, resolvedAt } = found
  if (typeof uri !== 'string' || typeof canonicalUri !== 'string' || typeof name !== 'string')
    return undefined
  if (typeof location !== 'string' || typeof key !== 'string' || typeof resolvedAt !== 'number')
    return undefined
  return {
    ...{ uri, canonicalUri, name, location, key, resolvedAt },
    registry: textOrNone(found['registry']),
    version: textOrNone(found['version']),
    alias: textOrNone(found['alias']),
  }
}

function textOrNone(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
