import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'

/** Of a mode: others than the owner may write. */
const OTHERS_WRITE = 0o022

/**
 * Why what lies in a folder may be another user's: `it belongs to user 1001`, with what to do. undefined where it is this
 * user's or root's alone, and on systems without such owners.
 * @throws what the file system throws
 */
export async function distrustOf(folder: string): Promise<string | undefined> {
  const found = await stat(folder)
  if (!found.isDirectory()) return `${folder} is not a folder: put the cache elsewhere (HEADRACE_CACHE_DIR)`
  if (isForeign(found)) {
    return `${folder} belongs to user ${found.uid}: put the cache elsewhere (HEADRACE_CACHE_DIR), or give it to this user`
  }
  if (!isWritableByOthers(found)) return undefined
  return `others may write ${folder}, and what is kept there is run: empty it, then chmod go-w ${folder}`
}

/**
 * Opens a regular file that nobody but this user or root may have written.
 * @throws Error where it is anything else, or larger than `maxBytes`; what the file system throws
 */
export async function openTrusted(path: string, maxBytes: number): Promise<FileHandle> {
  // A pipe without a writer would otherwise be waited for.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  const found = await file.stat()
  if (found.isFile() && !isForeign(found) && !isWritableByOthers(found) && found.size <= maxBytes) return file
  await file.close()
  throw new Error(`${path} is not a file that was kept here`)
}

/** Root may do what it likes anyway, and makes the folders of images. */
function isForeign({ uid }: Stats): boolean {
  const own = process.getuid?.()
  return own !== undefined && uid !== own && uid !== 0
}

function isWritableByOthers({ mode }: Stats): boolean {
  return process.getuid !== undefined && (mode & OTHERS_WRITE) !== 0
}
