import { isRecord } from '../../core/record.ts'
import { isTreeName } from './cache-folder.ts'
import { readJsonFile, replaceJsonFile } from './json-file.ts'

/** A file of a complete tree. */
export interface CachedFile {
  readonly path: string
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
  /** What the repository gave when the file was transferred. */
  readonly validator: string | undefined
}

/** What an entry holds. */
export interface Manifest {
  readonly key: string
  /** Of what the repository had when the tree was made (`RemoteTree.identity`). */
  readonly identity: string
  /** Name of the tree's folder. */
  readonly tree: string
  readonly files: readonly CachedFile[]
}

/** Raised when older programs must not read what newer ones write. */
const FORMAT = 1

/** Undefined where there is none, or it is not one that this program understands. */
export async function readManifest(path: string): Promise<Manifest | undefined> {
  const found = await readJsonFile(path)
  if (!isRecord(found) || found['format'] !== FORMAT) return undefined
  const { key, identity, tree, files } = found
  if (typeof key !== 'string' || typeof identity !== 'string') return undefined
  if (typeof tree !== 'string' || !isTreeName(tree) || !Array.isArray(files)) return undefined
  const read = files.map(readCachedFile)
  return read.every((file) => file !== undefined) ? { key, identity, tree, files: read } : undefined
}

export async function writeManifest(path: string, manifest: Manifest): Promise<void> {
  await replaceJsonFile(path, { format: FORMAT, ...manifest })
}

/** Undefined for what is not one. */
export function readCachedFile(found: unknown): CachedFile | undefined {
  if (!isRecord(found)) return undefined
  const { path, bytes, sha256, validator } = found
  if (typeof path !== 'string' || typeof bytes !== 'number' || typeof sha256 !== 'string') return undefined
  return { path, bytes, sha256, validator: typeof validator === 'string' ? validator : undefined }
}

export function bytesOf(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}
