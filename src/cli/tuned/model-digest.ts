import { createHash } from 'node:crypto'
import { open, readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** Of large files the beginning tells enough: a digest is made at each start of a server. */
const READ_BYTES = 1024 * 1024

/**
 * Tells whether a model is another one: SHA-256 of the paths, the sizes and the first megabyte of its files. Two trainings
 * differ in their MLmodel file already, which holds the id of the run.
 * @param path of a model folder or a bare model file. @throws the system's error where it cannot be read
 */
export async function modelDigest(path: string): Promise<string> {
  const hash = createHash('sha256')
  for (const file of await filesOf(path)) {
    const { size } = await stat(file)
    hash.update(`${relative(path, file)}\0${size}\0`).update(await beginningOf(file))
  }
  return `sha256:${hash.digest('hex')}`
}

async function filesOf(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

async function beginningOf(path: string): Promise<Uint8Array> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(READ_BYTES), position: 0 })
  return buffer.subarray(0, bytesRead)
}
