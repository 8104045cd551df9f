import { createWriteStream } from 'node:fs'
import { realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { resourceExhausted, ServingError, unusableFile } from '../../core/errors.ts'

const BUFFER_BYTES = 1024 * 1024

/**
 * Writes a file under another name, and gives it its own when it is complete and on the disk: whoever finds the file finds all of it.
 * What had the name before is replaced. Nothing stays behind of what fails.
 * @throws ServingError RESOURCE_EXHAUSTED where the disk is full; the signal's reason; what the source throws; what the file system throws
 */
export async function writeBeside(
  path: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { mode, signal }: { readonly mode: number; readonly signal?: AbortSignal },
): Promise<void> {
  const draft = join(dirname(path), draftName(basename(path)))
  const file = createWriteStream(draft, { flags: 'wx', mode, flush: true, highWaterMark: BUFFER_BYTES })
  try {
    await pipeline(source, file, signal === undefined ? {} : { signal })
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    signal?.throwIfAborted()
    throw isDiskFull(error) ? resourceExhausted(`There is no room left for ${path}`, error) : error
  }
}

/** File systems take names of up to 255 bytes: one of nearly as many is not in that of its draft. */
const LONGEST_IN_DRAFT = 200

function draftName(name: string): string {
  const ending = `.${crypto.randomUUID()}.draft`
  return Buffer.byteLength(name) > LONGEST_IN_DRAFT ? ending : `.${name}${ending}`
}

/**
 * The same where a user has named the file: what a link leads to is written, not the link, and a pipe or a device (`/dev/stdout`,
 * `/dev/null`) stays what it is and takes the bytes. @throws as `writeBeside`
 */
export async function writeNamed(...[path, source, options]: Parameters<typeof writeBeside>): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || found.isFile()) {
    const place = await realpath(path).catch(() => path)
    return await writeBeside(place, source, options)
  }
  const { signal } = options
  await pipeline(source, createWriteStream(path), signal === undefined ? {} : { signal })
}

/** A file that cannot be written where the user wants it, for the user. */
export function cannotWrite(path: string, error: unknown): unknown {
  return isFileSystemError(error) ? unusableFile(`${path} cannot be written: ${error.message}`, error) : error
}

/** Whether the operating system has refused something, which nobody has put into words yet. */
export function isFileSystemError(error: unknown): error is Error {
  return error instanceof Error && !(error instanceof ServingError) && 'syscall' in error
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}
