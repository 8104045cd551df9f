import { setTimeout as sleep } from 'node:timers/promises'
import { FileLock } from '../../files/file-lock.ts'
import type { EntryPlace } from './cache-folder.ts'
import { type Manifest, readManifest } from './manifest.ts'

/** An entry's current tree, which nobody removes until the lock is released. */
export interface HeldTree {
  readonly manifest: Manifest
  /** Undefined in a cache that cannot be written: nothing is removed from it. */
  readonly lock: FileLock | undefined
}

const POLL_MS = 20

/**
 * Takes hold of the current tree without waiting for whoever builds the next one. Who removes a tree locks it
 * exclusively and takes away the manifest that names it before the files; so a tree that is still named once its
 * lock is held stays.
 */
export async function holdCurrentTree(place: EntryPlace, writable: boolean): Promise<HeldTree | undefined> {
  for (;;) {
    const manifest = await readManifest(place.manifest)
    if (manifest === undefined) return undefined
    if (!writable) return { manifest, lock: undefined }
    const lock = await tryToHold(place, manifest)
    if (lock !== undefined) {
      if (await isNamed(place, manifest)) return { manifest, lock }
      lock.release()
    } else await sleep(POLL_MS)
  }
}

async function tryToHold(place: EntryPlace, manifest: Manifest): Promise<FileLock | undefined> {
  try {
    return await FileLock.try(place.treeLock(manifest.tree), 'shared')
  } catch (error) {
    // The folder itself may have gone with its last tree.
    if (await isNamed(place, manifest)) throw error
    return undefined
  }
}

async function isNamed(place: EntryPlace, { tree }: Manifest): Promise<boolean> {
  return (await readManifest(place.manifest))?.tree === tree
}
