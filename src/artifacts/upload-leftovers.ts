import type { Dirent } from 'node:fs'
import { opendir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { TEMPORARY_PREFIX } from './artifact-upload.ts'

/** Files to which nothing was written for so long are no upload's any more: those get something every two minutes. */
const OLD_MS = 60 * 60_000
/** Entries that are read from a folder at a time. */
const ENTRIES = 256

export interface Leftovers {
  readonly removed: number
  /** Paths of those that may still be written. */
  readonly young: readonly string[]
}

/**
 * Removes files of uploads that a process did not end, below a folder. One folder is read at a time, links are not
 * followed, and only such files are looked at; what cannot be read or removed is left.
 * @param now epoch milliseconds
 */
export async function removeLeftovers(root: string, now = Date.now()): Promise<Leftovers> {
  let removed = 0
  const young: string[] = []
  const folders = [root]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for await (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) folders.push(path)
      else if (!entry.isFile() || !entry.name.startsWith(TEMPORARY_PREFIX)) continue
      else if (await removeOld(path, now)) removed += 1
      else young.push(path)
    }
  }
  return { removed, young }
}

/** @returns whether the file was old, and is gone */
export async function removeOld(path: string, now = Date.now()): Promise<boolean> {
  try {
    if (now - (await stat(path)).mtimeMs < OLD_MS) return false
    await unlink(path)
    return true
  } catch {
    return false
  }
}

async function* entriesOf(folder: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(folder, { bufferSize: ENTRIES })
  } catch {
    // It is gone by now, or not for this process to read.
  }
}
