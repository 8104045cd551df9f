import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { PreparedCache } from '../../flavor.ts'

/** What a process that was killed left behind is nobody's after this. */
const DRAFT_MS = 60 * 60 * 1000

interface Entry {
  readonly name: string
  readonly bytes: number
  /** When it was last used, in milliseconds since 1970. */
  readonly usedAt: number
}

/** Removes what was used longest ago until the rest takes no more than it may, and drafts that nobody finishes. */
export async function evict({ folder, maxBytes }: PreparedCache, keep: string): Promise<void> {
  const names = await readdir(folder)
  const drafts = names.filter((name) => name.endsWith('.draft'))
  const found = await Promise.all(
    names.filter((name) => !name.startsWith('.')).map((name) => look(folder, name)),
  )
  const entries = found.filter((entry) => entry !== undefined).sort((a, b) => a.usedAt - b.usedAt)
  let total = entries.reduce((sum, { bytes }) => sum + bytes, 0)
  for (const { name, bytes } of entries) {
    if (total <= maxBytes) break
    if (name === keep) continue
    await remove(folder, name)
    total -= bytes
  }
  for (const draft of drafts) await removeStale(join(folder, draft))
}

/** Undefined for what another process is removing. */
async function look(folder: string, name: string): Promise<Entry | undefined> {
  try {
    const path = join(folder, name)
    const files = await Promise.all((await readdir(path)).map((file) => stat(join(path, file))))
    const usedAt = Math.max(0, ...files.map(({ mtimeMs }) => mtimeMs))
    return { name, bytes: files.reduce((sum, { size }) => sum + size, 0), usedAt }
  } catch {
    return undefined
  }
}

/** Out of sight first, so that nobody finds half of it. */
async function remove(folder: string, name: string): Promise<void> {
  const removed = join(folder, `.${crypto.randomUUID()}.draft`)
  try {
    await rename(join(folder, name), removed)
  } catch {
    return
  }
  await rm(removed, { recursive: true, force: true })
}

async function removeStale(draft: string): Promise<void> {
  const stats = await stat(draft).catch(() => undefined)
  if (stats === undefined || Date.now() - stats.mtimeMs < DRAFT_MS) return
  await rm(draft, { recursive: true, force: true })
}
