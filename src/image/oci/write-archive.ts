import { Readable } from 'node:stream'
import type { Image } from '../image.ts'
import type { LayerFile } from '../layer-plan.ts'
import type { Blob } from './blob.ts'
import { layerTree } from './layer-tree.ts'
import {
  blobPath,
  blobsOf,
  dockerManifest,
  INDEX_FILE,
  indexDocument,
  indexEntry,
  LAYOUT,
  LAYOUT_FILE,
} from './layout-documents.ts'
import { tarOf } from './tar.ts'
import { cannotWrite, writeNamed } from './write-beside.ts'

export interface ArchiveTarget {
  readonly file: string
  /** In full: `localhost/iris:latest`. */
  readonly name: string
  readonly signal?: AbortSignal
  /** Told how many bytes of the archive have been written since it was told last. */
  readonly onProgress?: (bytes: number) => void
}

const FILE_MODE = 0o644

/**
 * Writes an image as one tar that `docker load` (20.10 and later), `podman load` and skopeo's `oci-archive:` take: an OCI image layout with Docker's
 * `manifest.json`. A regular file is there when it is complete. @throws ServingError INVALID_STATE, RESOURCE_EXHAUSTED
 */
export async function writeArchive(
  image: Image,
  { file, name, signal, onProgress }: ArchiveTarget,
): Promise<void> {
  try {
    const bytes = told(archiveOf(image, name), onProgress)
    await writeNamed(file, bytes, { mode: FILE_MODE, ...(signal && { signal }) })
  } catch (error) {
    throw cannotWrite(file, error)
  }
}

/** The bytes of that archive; small documents come first, the layers as they lie upon each other. */
export function archiveOf(image: Image, name: string): AsyncGenerator<Uint8Array> {
  const documents = [
    textFile(LAYOUT_FILE, LAYOUT),
    textFile(INDEX_FILE, JSON.stringify(indexDocument([indexEntry(image, name)]))),
    textFile('manifest.json', JSON.stringify(dockerManifest(image, name))),
  ]
  const files = [...documents, ...blobsOf(image).map(blobFile)]
  const folders = layerTree(files).filter(({ kind }) => kind === 'directory')
  return tarOf([...folders, ...files])
}

function textFile(path: string, text: string): LayerFile {
  const bytes = Buffer.from(text)
  return { kind: 'file', path, mode: FILE_MODE, size: bytes.length, open: () => Readable.from([bytes]) }
}

function blobFile(blob: Blob): LayerFile {
  return { kind: 'file', path: blobPath(blob), mode: FILE_MODE, size: blob.size, open: () => blob.open() }
}

async function* told(
  source: AsyncIterable<Uint8Array>,
  onProgress?: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    yield chunk
    onProgress?.(chunk.length)
  }
}
