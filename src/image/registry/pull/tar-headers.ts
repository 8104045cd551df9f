import type { FileHandle } from 'node:fs/promises'
import { unusable } from './descriptor.ts'

/** A file or a link in a tar. */
export interface TarHeader {
  readonly path: string
  /** Of its content, from the beginning of the tar. */
  readonly offset: number
  readonly size: number
  /** Of a symbolic link. */
  readonly target?: string
}

const BLOCK = 512
/** Of names and attributes that are too long for a header. */
const MAX_LONG_BYTES = 1024 * 1024

/** What the entries before one say of it: pax's attributes and GNU's long names. */
interface Announced {
  path?: string
  size?: number
  target?: string
}

/**
 * The headers of a tar as docker, skopeo and Headrace write them (POSIX.1-2017, pax: "ustar Interchange Format"; GNU's
 * long names and large sizes).
 * @throws ServingError INVALID_PARAMETER_VALUE where it is none
 */
export async function* tarHeaders(file: FileHandle, name: string): AsyncGenerator<TarHeader> {
  let announced: Announced = {}
  for (let at = 0; ; ) {
    const header = await readBytes(file, at, BLOCK)
    if (header.length < BLOCK || header.every((byte) => byte === 0)) return
    if (!hasChecksum(header)) throw unusable(name, whatItIs(header))
    const type = String.fromCharCode(header[156] ?? 0)
    const offset = at + BLOCK
    const size =
      announced.size !== undefined && !'xLK'.includes(type) ? announced.size : readNumber(header, 124, 12)
    if (!Number.isSafeInteger(size) || size < 0) throw unusable(name, 'an entry of its archive has no size')
    at = offset + Math.ceil(size / BLOCK) * BLOCK
    if ('xLK'.includes(type)) {
      if (size > MAX_LONG_BYTES) throw unusable(name, 'an entry of its archive has too long a name')
      announced = { ...announced, ...readAnnounced(type, await readBytes(file, offset, size)) }
      continue
    }
    const path = announced.path ?? readPath(header)
    const target = announced.target ?? readText(header, 157, 100)
    announced = {}
    if (type === '0' || type === '\0') yield { path, offset, size }
    else if (type === '2') yield { path, offset, size: 0, target }
  }
}

async function readBytes(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

function readAnnounced(type: string, content: Buffer): Announced {
  if (type === 'L') return { path: textOf(content) }
  if (type === 'K') return { target: textOf(content) }
  const records = readPax(content)
  const [path, size, target] = ['path', 'size', 'linkpath'].map((key) => records.get(key))
  return {
    ...(path === undefined ? {} : { path }),
    ...(size === undefined ? {} : { size: Number(size) }),
    ...(target === undefined ? {} : { target }),
  }
}

/** Records of `LENGTH KEY=VALUE` and a line break, the length with all of it. */
function readPax(content: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>()
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at)
    const length = Number(content.subarray(at, space).toString('latin1'))
    if (space < 0 || !Number.isInteger(length) || length <= 0) break
    const record = content.subarray(space + 1, at + length - 1).toString('utf8')
    const equals = record.indexOf('=')
    records.set(record.slice(0, equals), record.slice(equals + 1))
    at += length
  }
  return records
}

/** The sum of all bytes, those of the sum itself taken for spaces. */
function hasChecksum(header: Buffer): boolean {
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0)
  return sum === readNumber(header, 148, 8)
}

/** Octal, or where the first bit is set the number itself, as GNU writes sizes from 8 GiB on. */
function readNumber(header: Buffer, start: number, length: number): number {
  const field = header.subarray(start, start + length)
  if ((field[0] ?? 0) & 0x80) return Number(BigInt(`0x${field.subarray(1).toString('hex')}`))
  return Number.parseInt(readText(header, start, length).trim() || '0', 8)
}

function readPath(header: Buffer): string {
  const prefix = header.subarray(257, 262).toString('latin1') === 'ustar' ? readText(header, 345, 155) : ''
  const path = readText(header, 0, 100)
  return prefix === '' ? path : `${prefix}/${path}`
}

function readText(header: Buffer, start: number, length: number): string {
  return textOf(header.subarray(start, start + length))
}

/** Up to the first NUL. */
function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.subarray(0, end < 0 ? bytes.length : end).toString('utf8')
}

function whatItIs(header: Buffer): string {
  const isGzip = header[0] === 0x1f && header[1] === 0x8b
  return isGzip ? 'the archive is compressed, unpack it with gunzip first' : 'it is no tar, or a damaged one'
}
