import { open } from 'node:fs/promises'

/** Permission of the group and of everybody. */
const OTHERS_WRITE = 0o022

/**
 * The text of a file of the cache by which others are trusted: what they are goes into images.
 * @throws Error where others than this user have written the file, or may write it; of the file system
 */
export async function readOwn(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { uid, mode } = await file.stat()
    if (uid !== (process.getuid?.() ?? uid) || (mode & OTHERS_WRITE) !== 0)
      throw new Error(`${path} is not ours`)
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}
