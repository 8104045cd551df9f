import { stat, utimes } from 'node:fs/promises'

/** Notes that a file of the cache is used now, by its time of modification. Nothing happens where this user may not. */
export async function noteUse(path: string): Promise<void> {
  const now = new Date()
  await utimes(path, now, now).catch(() => {})
}

/** Whether it is there, and nobody has used it for so long. */
export async function isUnused(path: string, unusedMs: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > unusedMs
}
