import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { messageOf, unusableCache } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import { makeFolders } from '../../files/make-folders.ts'
import { noteUse } from '../cache-use.ts'
import { readOwn } from '../own-file.ts'
import type { Layer } from './blob.ts'
import { checked, drain } from './digest.ts'
import { GZIP_KEY } from './gzip.ts'
import type { LayerArchive, PackedLayer } from './layer-archive.ts'
import { isFileSystemError, writeBeside } from './write-beside.ts'

/**
 * Compressed layers, in a folder that any number of processes share:
 *
 *     node-0123456789abcdef….tar.gz    the layer; its time is when it was last used
 *     node-0123456789abcdef….json      its digests, written after it
 *
 * A layer whose bytes are not those of its digest is as good as absent, and so is one whose digest another user may have written: it
 * would go into images.
 */
export interface LayerPlace {
  readonly folder: string
  readonly title: string
  /** Of all that its bytes depend on. */
  readonly key: string
}

type KeptLayer = PackedLayer & Pick<Layer, 'open'>

/** Another packing of the same entries would be another layer. */
const PACKING = `packing 1, ${GZIP_KEY}`
const READ_BYTES = 1024 * 1024

/** A layer of the cache, its bytes checked; undefined where it is not there, or damaged. */
export async function keptLayer(place: LayerPlace): Promise<KeptLayer | undefined> {
  const { blob, note } = filesOf(place)
  try {
    const packed = packedLayer(JSON.parse(await readOwn(note)))
    if (packed === undefined) return undefined
    const layer = fromFile(blob, packed, place)
    await drain(layer.open())
    await noteUse(blob)
    return layer
  } catch {
    return undefined
  }
}

/** Writes a layer to the cache. @throws ServingError INVALID_STATE where the folder cannot be written */
export async function keepLayer(place: LayerPlace, archive: LayerArchive): Promise<KeptLayer> {
  const { blob, note } = filesOf(place)
  try {
    await makeFolders(place.folder, { mode: 0o700 })
    await writeBeside(blob, archive.bytes, { mode: 0o600 })
    const packed = archive.result()
    await writeBeside(note, documentOf(packed), { mode: 0o600 })
    return fromFile(blob, packed, place)
  } catch (error) {
    if (!isFileSystemError(error)) throw error
    throw unusableCache(
      `The cache of layers at ${place.folder} cannot be used: ${messageOf(error)}. Another folder can be named (--cache-dir).`,
      error,
    )
  }
}

/** Files of the cache: whatever else a user has in a folder of this name stays. */
const OF_LAYERS = /-[0-9a-f]{32}\.(tar\.gz|(tar\.gz|json)\.[0-9a-f-]{36}\.draft)$/

/** Layers that were used so lately may be in use now. */
const IN_USE_MS = 15 * 60 * 1000

/** Removes the layers that were used longest ago until the others have no more than `maxBytes`, and drafts that nobody writes any more. */
export async function pruneLayers(folder: string, maxBytes: number): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  const found = await Promise.all(names.map((name) => measured(folder, name)))
  const files = found.filter((file) => file !== undefined).sort((a, b) => b.usedAt - a.usedAt)
  let bytes = 0
  for (const { path, size, usedAt } of files) {
    const isDraft = path.endsWith('.draft')
    if (!isDraft) bytes += size
    if (Date.now() - usedAt < IN_USE_MS || !(isDraft || bytes > maxBytes)) continue
    await rm(path, { force: true })
    await rm(path.replace(/\.tar\.gz$/, '.json'), { force: true })
  }
}

async function measured(folder: string, name: string) {
  const path = join(folder, name)
  if (!OF_LAYERS.test(name)) return undefined
  const { size, mtimeMs } = (await stat(path).catch(() => undefined)) ?? {}
  return size === undefined || mtimeMs === undefined ? undefined : { path, size, usedAt: mtimeMs }
}

function filesOf({ folder, title, key }: LayerPlace): { readonly blob: string; readonly note: string } {
  const hash = createHash('sha256').update(`${PACKING}\n${key}`).digest('hex')
  const path = join(folder, `${title.replace(/[^A-Za-z0-9]+/g, '-')}-${hash.slice(0, 32)}`)
  return { blob: `${path}.tar.gz`, note: `${path}.json` }
}

function fromFile(path: string, packed: PackedLayer, { title }: LayerPlace): KeptLayer {
  const what = `The cached layer '${title}'`
  const openLayer = (): ReturnType<Layer['open']> =>
    Readable.from(checked(createReadStream(path, { highWaterMark: READ_BYTES }), packed, what), {
      objectMode: false,
    })
  return { ...packed, open: openLayer }
}

async function* documentOf(packed: PackedLayer): AsyncGenerator<Uint8Array> {
  yield Buffer.from(JSON.stringify(packed))
}

function packedLayer(read: unknown): PackedLayer | undefined {
  if (!isRecord(read)) return undefined
  const { digest, size, diffId } = read
  const isWhole = typeof digest === 'string' && typeof size === 'number' && typeof diffId === 'string'
  return isWhole ? { digest, size, diffId } : undefined
}
