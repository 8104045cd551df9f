import { mkdir, open, rename, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { PreparedCache } from '../../flavor.ts'
import { evict } from './evict.ts'
import { makeFolder } from './make-folder.ts'
import { sha256OfFile } from './sha256.ts'
import { distrustOf, openTrusted } from './trusted-files.ts'
import { parseVerdict, type Verdict } from './verdict.ts'

/** What was kept of a model. */
export interface KeptVerdict {
  readonly verdict: Verdict
  /** Absolute path of the compiled model; undefined where it was refused. */
  readonly path: string | undefined
}

export const VERDICT_FILE = 'verdict.json'
export const MODEL_FILE = 'model.onnx'
const MAX_VERDICT_BYTES = 1024 * 1024

/**
 * Verdicts on models, with what they were compiled to, in a folder that any number of processes share:
 *
 *     KEY/verdict.json     its time is when the entry was last used
 *     KEY/model.onnx       where the model was compiled
 *     .UUID.draft/         an entry while it is written, or while it is removed
 *
 * An entry is complete or not there, since it is written beside and renamed. What is damaged is as good as absent,
 * and so is what another user may have written: it would be run.
 */
export class CompiledCache {
  readonly #options: PreparedCache

  constructor(options: PreparedCache) {
    this.#options = options
  }

  /** What is kept under the key, its bytes checked; undefined where nothing is, or where it is damaged. */
  async find(key: string): Promise<KeptVerdict | undefined> {
    const folder = join(this.#options.folder, key)
    try {
      for (const place of [this.#options.folder, folder])
        if ((await distrustOf(place)) !== undefined) return undefined
      const verdict = parseVerdict(await readVerdict(join(folder, VERDICT_FILE)))
      if (verdict === undefined) return undefined
      const path = verdict.outcome.kind === 'compiled' ? join(folder, MODEL_FILE) : undefined
      if (path !== undefined && !(await hasContent(path, verdict))) return undefined
      await markUsed(join(folder, VERDICT_FILE))
      return { verdict, path }
    } catch {
      return undefined
    }
  }

  /**
   * Keeps a verdict, in the place of what there was, and makes room by removing what was used longest ago.
   * @param model bytes of the compiled model; undefined where it was refused.
   * @returns path of the compiled model in the cache; undefined where there is none, or no room for it
   * @throws Error where others may write the cache; what the file system throws
   */
  async keep(key: string, verdict: Verdict, model: Uint8Array | undefined): Promise<string | undefined> {
    const { folder, maxBytes } = this.#options
    if ((model?.byteLength ?? 0) > maxBytes) return undefined
    // Another process may have been faster.
    const found = await this.find(key)
    if (found !== undefined && isDeepStrictEqual(found.verdict, verdict)) return found.path
    await makeFolder(folder)
    const distrust = await distrustOf(folder)
    if (distrust !== undefined) throw new Error(distrust)
    const draft = join(folder, `.${crypto.randomUUID()}.draft`)
    try {
      await mkdir(draft, { mode: 0o700 })
      if (model !== undefined) await writeDurably(join(draft, MODEL_FILE), model)
      await writeDurably(join(draft, VERDICT_FILE), JSON.stringify(verdict))
      await this.#replace(draft, key)
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
    await evict(this.#options, key)
    return model === undefined ? undefined : join(folder, key, MODEL_FILE)
  }

  /** Another process may put the same there at the same time: then either will do. */
  async #replace(draft: string, key: string): Promise<void> {
    const { folder } = this.#options
    const target = join(folder, key)
    const removed = join(folder, `.${crypto.randomUUID()}.draft`)
    await rename(target, removed).catch(ignoreAbsent)
    await rename(draft, target).catch(ignoreTaken)
    await rm(removed, { recursive: true, force: true })
    await flush(folder)
  }
}

async function readVerdict(path: string): Promise<string> {
  const file = await openTrusted(path, MAX_VERDICT_BYTES)
  try {
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

async function hasContent(path: string, { outcome }: Verdict): Promise<boolean> {
  if (outcome.kind !== 'compiled') return false
  const file = await openTrusted(path, outcome.bytes)
  await file.close()
  return (await sha256OfFile(path)) === outcome.sha256
}

/** Of a folder that cannot be written nobody has to know what was used when. */
async function markUsed(path: string): Promise<void> {
  const now = new Date()
  await utimes(path, now, now).catch(() => {})
}

async function writeDurably(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function flush(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

function ignoreTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
}
