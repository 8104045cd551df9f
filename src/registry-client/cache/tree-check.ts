import { createHash } from 'node:crypto'
import { constants, lstat, open, readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { isErrno } from './cache-failure.ts'
import { inParallel } from './in-parallel.ts'
import type { CachedFile } from './manifest.ts'

/** Streams hashed at a time, and bytes read of each at once: constant memory, whatever the model's size. */
const PARALLEL = 4
const READ_BYTES = 1 << 20

/** Which of these files lie under `tree` with their own content, by their paths. */
export async function intactFiles(
  tree: string,
  files: readonly CachedFile[],
): Promise<ReadonlyMap<string, CachedFile>> {
  const intact = new Map<string, CachedFile>()
  await inParallel(files, PARALLEL, async (file) => {
    if (await isIntact(join(tree, file.path), file)) intact.set(file.path, file)
  })
  return intact
}

/** Whether this is a regular file of its own (no link, no second name) with this content. */
export async function isIntact(path: string, { bytes, sha256 }: CachedFile): Promise<boolean> {
  try {
    const found = await lstat(path)
    if (!found.isFile() || found.nlink !== 1 || found.size !== bytes) return false
    return (await digestOf(path)) === sha256
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return false
    throw error
  }
}

/** Whether there is anything under `tree` but folders and these files. */
export async function hasOthers(tree: string, files: readonly CachedFile[]): Promise<boolean> {
  const expected = new Set(files.map(({ path }) => path))
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    const path = relative(tree, join(entry.parentPath, entry.name)).split(sep).join('/')
    if (!entry.isDirectory() && !expected.has(path)) return true
  }
  return false
}

async function digestOf(path: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  const hash = createHash('sha256')
  for await (const chunk of handle.createReadStream({ highWaterMark: READ_BYTES })) hash.update(chunk)
  return hash.digest('hex')
}
