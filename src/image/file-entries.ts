import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { LayerEntry, LayerFile } from './layer-plan.ts'

/** Larger reads are a third faster, and take 20 MB more until they are collected. */
const BLOCK_BYTES = 64 * 1024

/**
 * A file of this machine, or what a link leads to, in a layer.
 * @param place its absolute path in the image
 */
export async function fileEntry(place: string, source: string, mode = 0o644): Promise<LayerFile> {
  const path = await realpath(source)
  const { size } = await stat(path)
  const open = (): Readable => createReadStream(path, { highWaterMark: BLOCK_BYTES })
  return { kind: 'file', path: place.slice(1), mode, size, open }
}

/**
 * A text as a file in a layer.
 * @param place its absolute path in the image
 */
export function textEntry(place: string, text: string): LayerFile {
  return bytesEntry(place, Buffer.from(text))
}

/** Bytes as a file in a layer. @param place its absolute path in the image */
export function bytesEntry(place: string, bytes: Uint8Array): LayerFile {
  return {
    kind: 'file',
    path: place.slice(1),
    mode: 0o644,
    size: bytes.length,
    open: () => Readable.from([bytes], { objectMode: false }),
  }
}

/** SHA-256 of a file's content, as hex digits. */
export async function sha256Of(file: LayerFile): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of file.open()) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/**
 * Of entries with their contents, so that a layer is packed anew when anything in it has changed: the layer's cache key.
 * @param known SHA-256 of files that were read before, by their paths
 */
export async function keyOfEntries(
  entries: readonly LayerEntry[],
  known: ReadonlyMap<string, string> = new Map(),
): Promise<string> {
  const facts = await Promise.all(entries.map((entry) => factsOf(entry, known)))
  return createHash('sha256').update(facts.sort().join('\n')).digest('hex')
}

async function factsOf(entry: LayerEntry, known: ReadonlyMap<string, string>): Promise<string> {
  const { kind, path, owner = 0 } = entry
  if (kind === 'link') return JSON.stringify([path, kind, owner, entry.target])
  if (kind === 'directory') return JSON.stringify([path, kind, owner, entry.mode])
  return JSON.stringify([path, kind, owner, entry.mode, known.get(path) ?? (await sha256Of(entry))])
}
