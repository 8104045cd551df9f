import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { unusableFile } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import { FileLock } from '../../files/file-lock.ts'
import { makeFolders } from '../../files/make-folders.ts'
import type { Image } from '../image.ts'
import type { Blob } from './blob.ts'
import { checked, drain } from './digest.ts'
import {
  blobPath,
  blobsOf,
  INDEX_FILE,
  indexDocument,
  indexEntry,
  LAYOUT,
  LAYOUT_FILE,
  REFERENCE_NAME,
} from './layout-documents.ts'
import { cannotWrite, writeBeside } from './write-beside.ts'

export interface LayoutTarget {
  readonly folder: string
  /** In full: `localhost/iris:latest`. */
  readonly name: string
  readonly signal?: AbortSignal
  readonly onProgress?: (bytes: number) => void
}

/** Beside the index, and empty: held by who reads the index in order to write it. */
const LOCK_FILE = '.index.lock'

/**
 * Writes an image into a folder that is an OCI image layout, or becomes one. Other images of the folder stay, also those that others write at
 * the same time, but one of the same name; blobs that are there are not written again. The index comes last: an interrupted write leaves
 * the folder's images as they were.
 * @throws ServingError INVALID_STATE for a folder that holds something else, or cannot be written
 */
export async function writeLayout(image: Image, target: LayoutTarget): Promise<void> {
  try {
    // A folder that is something else is left as it is.
    await otherImages(target)
    for (const blob of blobsOf(image)) await writeBlob(blob, target)
    await writeText(join(target.folder, LAYOUT_FILE), LAYOUT)
    await addToIndex(image, target)
  } catch (error) {
    throw cannotWrite(target.folder, error)
  }
}

async function addToIndex(image: Image, target: LayoutTarget): Promise<void> {
  const lock = await lockOf(target)
  try {
    const index = indexDocument([...(await otherImages(target)), indexEntry(image, target.name)])
    await writeText(join(target.folder, INDEX_FILE), JSON.stringify(index))
  } finally {
    lock?.release()
  }
}

/** Undefined on a file system without locks, such as some of networks: there the last of two at a time wins. */
async function lockOf({ folder, signal }: LayoutTarget): Promise<FileLock | undefined> {
  try {
    return await FileLock.waitForExclusive({ path: join(folder, LOCK_FILE), signal })
  } catch {
    signal?.throwIfAborted()
    return undefined
  }
}

/** Index entries of the images that stay. */
async function otherImages({ folder, name }: LayoutTarget): Promise<readonly unknown[]> {
  const file = join(folder, INDEX_FILE)
  const text = await readFile(file, 'utf8').catch(ignoreAbsent)
  if (text === undefined) return []
  const index = parsed(text)
  if (!isRecord(index) || !Array.isArray(index['manifests'])) {
    throw unusableFile(`${file} is not the index of an OCI image layout`)
  }
  return index['manifests'].filter((entry) => nameOf(entry) !== name)
}

function nameOf(entry: unknown): unknown {
  const annotations = isRecord(entry) ? entry['annotations'] : undefined
  return isRecord(annotations) ? annotations[REFERENCE_NAME] : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function writeBlob(blob: Blob, { folder, signal, onProgress }: LayoutTarget): Promise<void> {
  const path = join(folder, blobPath(blob))
  if (!(await isThere(path, blob))) {
    await makeFolders(dirname(path))
    await writeBeside(path, blob.open(), { mode: 0o644, ...(signal && { signal }) })
  }
  onProgress?.(blob.size)
}

async function isThere(path: string, blob: Blob): Promise<boolean> {
  return await drain(checked(createReadStream(path), blob, path)).then(
    () => true,
    () => false,
  )
}

async function writeText(path: string, text: string): Promise<void> {
  await writeBeside(path, [Buffer.from(text)], { mode: 0o644 })
}

function ignoreAbsent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
