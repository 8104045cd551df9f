import { readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { flush } from '../../artifacts/model-files.ts'
import { FileLock } from '../../files/file-lock.ts'
import { isErrno } from './cache-failure.ts'
import { type EntryPlace, isTreeName } from './cache-folder.ts'
import { readManifest } from './manifest.ts'

/** What is left beside a tree's own names: drafts of small files whose writer died. */
const LEFTOVER = /\.tmp$/

/**
 * Takes away the name of the current tree: nobody will use it anew, and it goes when nobody uses it any more. Called,
 * as all of these, by the holder of the entry's lock.
 */
export async function unnameTree(place: EntryPlace): Promise<void> {
  await rm(place.manifest, { force: true })
  await flush(place.path)
}

/** Removes the trees that are not current and that no process uses, with what interrupted work left beside them. */
export async function removeUnusedTrees(place: EntryPlace): Promise<void> {
  const current = (await readManifest(place.manifest))?.tree
  const names = new Set<string>()
  for (const name of await readdir(place.path)) {
    if (LEFTOVER.test(name)) await rm(join(place.path, name), { force: true })
    const tree = name.replace(/\.lock$/, '')
    if (isTreeName(tree) && tree !== current) names.add(tree)
  }
  for (const tree of names) await removeTree(place, tree)
}

/**
 * Removes an entry as a whole, unless its current tree is in use.
 * @returns whether it did
 */
export async function removeEntry(place: EntryPlace): Promise<boolean> {
  const tree = (await readManifest(place.manifest))?.tree
  const lock = tree === undefined ? undefined : await FileLock.try(place.treeLock(tree), 'exclusive')
  if (tree !== undefined && lock === undefined) return false
  try {
    await unnameTree(place)
  } finally {
    lock?.release()
  }
  await rm(place.draft, { recursive: true, force: true })
  await removeUnusedTrees(place)
  await removeWhereNoTree(place)
  return true
}

async function removeWhereNoTree({ path }: EntryPlace): Promise<void> {
  const names = await readdir(path)
  if (names.some(isTreeName)) return
  await rm(path, { recursive: true, force: true }).catch((error: unknown) => {
    // A process that has just read the manifest may still try a tree's lock there; the folder goes the next time.
    if (!isErrno(error, 'ENOTEMPTY')) throw error
  })
  await flush(dirname(path))
}

/** The lock's file goes last: where the work is interrupted, it is the name by which the rest is found. */
async function removeTree(place: EntryPlace, tree: string): Promise<void> {
  const lock = await FileLock.try(place.treeLock(tree), 'exclusive')
  if (lock === undefined) return
  try {
    await rm(place.tree(tree), { recursive: true, force: true })
    await rm(place.treeLock(tree), { force: true })
  } finally {
    lock.release()
  }
}
