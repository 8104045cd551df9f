import { createTarPacker, type TarHeader, type TarPackController } from 'modern-tar'
import { unusableFile } from '../../core/errors.ts'
import type { LayerEntry, LayerFile } from '../layer-plan.ts'
import { isFileSystemError } from './write-beside.ts'

/** Nothing of when and where it was packed is in an archive. */
const EPOCH = new Date(0)
const LINK_MODE = 0o777

/**
 * An archive (POSIX.1-2001 pax, ustar where that suffices) of entries in the order given, as a stream. It fails where an entry has more
 * or fewer bytes than it says. @throws ServingError INVALID_STATE for a file that cannot be read, or has changed
 */
export async function* tarOf(entries: Iterable<LayerEntry>): AsyncGenerator<Uint8Array> {
  const { readable, controller } = createTarPacker()
  const packing = pack(entries, controller)
  // Whoever reads learns of a failure through the stream.
  packing.catch((error: unknown) => controller.error(error))
  yield* readable
  await packing
}

async function pack(entries: Iterable<LayerEntry>, controller: TarPackController): Promise<void> {
  for (const entry of entries) {
    const body = controller.add(headerOf(entry)).getWriter()
    if (entry.kind === 'file') {
      for await (const chunk of contentOf(entry)) {
        await body.ready
        await body.write(chunk)
      }
    }
    await body.close()
  }
  controller.finalize()
}

async function* contentOf({ path, size, open }: LayerFile): AsyncGenerator<Uint8Array> {
  let passed = 0
  try {
    for await (const chunk of open()) {
      passed += chunk.length
      if (passed > size) break
      yield chunk
    }
  } catch (error) {
    throw isFileSystemError(error)
      ? unusableFile(`${path} of the image cannot be read: ${error.message}`, error)
      : error
  }
  if (passed === size) return
  const found = passed > size ? 'more' : `only ${passed}`
  throw unusableFile(`${path} of the image had ${size} bytes and has ${found} now: build it again`)
}

function headerOf(entry: LayerEntry): TarHeader {
  const { owner = 0 } = entry
  const common = { uid: owner, gid: owner, mtime: EPOCH }
  const name = entry.kind === 'directory' ? `${entry.path}/` : entry.path
  const pax = recordsOf(name, entry)
  const named = pax === undefined ? { ...common, name } : { ...common, name, pax }
  if (entry.kind === 'directory') return { ...named, type: 'directory', mode: entry.mode, size: 0 }
  if (entry.kind === 'file') return { ...named, type: 'file', mode: entry.mode, size: entry.size }
  return { ...named, type: 'symlink', mode: LINK_MODE, linkname: entry.target, size: 0 }
}

/** Names beyond ASCII are UTF-8 by a pax record alone: in the header itself they are in any character set. */
function recordsOf(name: string, entry: LayerEntry): Record<string, string> | undefined {
  const records = {
    ...(isAscii(name) ? {} : { path: name }),
    ...(entry.kind !== 'link' || isAscii(entry.target) ? {} : { linkpath: entry.target }),
  }
  return Object.keys(records).length === 0 ? undefined : records
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length
}
