import type { Dirent, Stats } from 'node:fs'
import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, isNothingThere } from './artifact-failure.ts'
import { TEMPORARY_PREFIX } from './artifact-upload.ts'
import { isWithin } from './contained-path.ts'

/** A file or folder in an artifact folder. */
export interface ArtifactEntry {
  readonly name: string
  readonly isFolder: boolean
  /** Undefined of a folder. */
  readonly bytes: number | undefined
}

/** How many files are asked for their sizes at a time. */
const AT_ONCE = 64

/**
 * What is in a folder, by name in the order of code points. Files that are being written, what is neither file nor
 * folder, and links that lead nowhere or out of the root are left out: none of them can be opened.
 * @param folder a real path. @param root likewise
 */
export async function readEntries(folder: string, root: string): Promise<readonly ArtifactEntry[]> {
  const entries: ArtifactEntry[] = []
  const names = (await readNames(folder)).filter(({ name }) => !name.startsWith(TEMPORARY_PREFIX))
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some = names.slice(start, start + AT_ONCE)
    const read = await Promise.all(some.map((entry) => readEntry(folder, entry, root)))
    entries.push(...read.filter((entry) => entry !== undefined))
  }
  return entries.sort((a, b) => compareCodePoints(a.name, b.name))
}

async function readNames(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return []
    throw error
  }
}

async function readEntry(folder: string, { name }: Dirent, root: string): Promise<ArtifactEntry | undefined> {
  const found = await statWithin(join(folder, name), root)
  if (found?.isDirectory()) return { name, isFolder: true, bytes: undefined }
  return found?.isFile() ? { name, isFolder: false, bytes: found.size } : undefined
}

async function statWithin(path: string, root: string): Promise<Stats | undefined> {
  try {
    const found = await lstat(path)
    if (!found.isSymbolicLink()) return found
    const target = await realpath(path)
    return isWithin(root, target) ? await stat(target) : undefined
  } catch (error) {
    if (isNothingThere(error)) return undefined
    throw error
  }
}

/** UTF-16 orders what lies beyond U+FFFF before the last of what does not. */
function compareCodePoints(a: string, b: string): number {
  if (!HAS_SURROGATES.test(a) && !HAS_SURROGATES.test(b)) return a < b ? -1 : 1
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

const HAS_SURROGATES = /[\ud800-\udfff]/
