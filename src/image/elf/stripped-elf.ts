import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { ElfBytes, elfFailure, readWord } from './elf-bytes.ts'
import {
  type ElfHeader,
  HEADER_BYTES,
  HEADER_FIELD,
  readHeader,
  SECTION_BYTES,
  type Segment,
} from './elf-header.ts'

/** An ELF file as it is put into an image. */
export interface StrippedElf {
  /** In bytes. */
  readonly size: number
  /** The bytes from their beginning, as often as it is called. */
  open(): Readable
}

/** Section header fields (System V ABI, chapter 4). */
const FIELD = { name: 0, type: 4, flags: 8, offset: 24, size: 32, link: 40, alignment: 48 } as const
const STRING_TABLE = 3
const ALLOCATED = 2n
const NAMES_SECTION = '.shstrtab'

/**
 * An ELF file without its symbol table, what debuggers read and all else that is never loaded, as `strip` leaves it.
 * What is loaded stays where it is in the file, so that nothing in it has to be changed.
 * @throws ServingError INVALID_PARAMETER_VALUE: not an ELF file of 64 bits, little-endian, or a broken one
 */
export function strippedElf(path: string): Promise<StrippedElf> {
  return ElfBytes.reading(path, async (bytes) => {
    const header = await readHeader(bytes)
    const start = await bytes.table(0, HEADER_BYTES, 'header')
    const loadedEnd = endOfLoaded(bytes, header)
    const tail = await keptSections(bytes, header, loadedEnd)
    writeHeader(start, tail)
    return {
      size: loadedEnd + tail.bytes.length,
      open: () => Readable.from(parts(path, start, loadedEnd, tail.bytes)),
    }
  })
}

async function* parts(path: string, start: Buffer, loadedEnd: number, tail: Buffer): AsyncIterable<Buffer> {
  yield start
  if (loadedEnd > HEADER_BYTES) {
    yield* createReadStream(path, { start: HEADER_BYTES, end: loadedEnd - 1, highWaterMark: 1024 ** 2 })
  }
  if (tail.length > 0) yield tail
}

function endOfLoaded(bytes: ElfBytes, { segments, segmentsEnd }: ElfHeader): number {
  for (const { offset, size } of segments) bytes.requireWithin(offset, size, 'segments')
  return Math.max(HEADER_BYTES, segmentsEnd, ...segments.map(({ offset, size }: Segment) => offset + size))
}

/** What follows what is loaded: the names of the sections that stay, and their table. */
interface Tail {
  readonly bytes: Buffer
  /** Where the table of sections is in the new file; 0: there is none. */
  readonly sectionsAt: number
  readonly sectionCount: number
}

const NO_SECTIONS: Tail = { bytes: Buffer.alloc(0), sectionsAt: 0, sectionCount: 0 }

/**
 * Sections that are loaded keep their numbers, since symbols refer to them by these; one between them that is not
 * loaded becomes an empty row.
 */
async function keptSections(bytes: ElfBytes, header: ElfHeader, loadedEnd: number): Promise<Tail> {
  if (header.sectionsAt === 0 || header.sectionCount === 0) return NO_SECTIONS
  const table = await bytes.table(header.sectionsAt, header.sectionCount * SECTION_BYTES, 'table of sections')
  const rows = Array.from({ length: header.sectionCount }, (_, index) =>
    table.subarray(index * SECTION_BYTES, (index + 1) * SECTION_BYTES),
  )
  const kept = rows.slice(0, rows.findLastIndex(isLoaded) + 1)
  if (kept.length === 0) return NO_SECTIONS
  const names = new SectionNames(bytes, rows[header.namesIndex])
  for (const row of kept) await keep(row, kept.length, names)
  const namesRow = names.row(loadedEnd)
  const padding = Buffer.alloc(-(loadedEnd + names.size) & 7)
  return {
    bytes: Buffer.concat([names.bytes(), padding, ...kept, namesRow]),
    sectionsAt: loadedEnd + names.size + padding.length,
    sectionCount: kept.length + 1,
  }
}

function isLoaded(row: Buffer): boolean {
  return (row.readBigUInt64LE(FIELD.flags) & ALLOCATED) !== 0n
}

/** Changes a row of the table in its place. */
async function keep(row: Buffer, keptCount: number, names: SectionNames): Promise<void> {
  if (!isLoaded(row)) {
    row.fill(0)
    return
  }
  row.writeUInt32LE(await names.take(row), FIELD.name)
  if (row.readUInt32LE(FIELD.link) >= keptCount) row.writeUInt32LE(0, FIELD.link)
}

/** The names of the sections that stay, as they are taken over from the old table. */
class SectionNames {
  readonly #bytes: ElfBytes
  readonly #start: number
  readonly #end: number
  #text = '\0'

  constructor(bytes: ElfBytes, row: Buffer | undefined) {
    if (row === undefined) throw elfFailure(bytes.path, 'its sections have no names')
    this.#bytes = bytes
    this.#start = readWord(bytes.path, row, FIELD.offset)
    this.#end = this.#start + readWord(bytes.path, row, FIELD.size)
  }

  /** @returns the place of the section's name in the new table */
  async take(row: Buffer): Promise<number> {
    const name = await this.#bytes.string(
      this.#start + row.readUInt32LE(FIELD.name),
      this.#end,
      'table of sections',
    )
    return this.#add(name)
  }

  /** The row of the new table of names, which is put at `offset`; no name is taken after it. */
  row(offset: number): Buffer {
    const row = Buffer.alloc(SECTION_BYTES)
    row.writeUInt32LE(this.#add(NAMES_SECTION), FIELD.name)
    row.writeUInt32LE(STRING_TABLE, FIELD.type)
    row.writeBigUInt64LE(BigInt(offset), FIELD.offset)
    row.writeBigUInt64LE(BigInt(this.size), FIELD.size)
    row.writeBigUInt64LE(1n, FIELD.alignment)
    return row
  }

  get size(): number {
    return Buffer.byteLength(this.#text)
  }

  bytes(): Buffer {
    return Buffer.from(this.#text)
  }

  #add(name: string): number {
    const place = this.size
    this.#text += `${name}\0`
    return place
  }
}

function writeHeader(start: Buffer, { sectionsAt, sectionCount }: Tail): void {
  start.writeBigUInt64LE(BigInt(sectionsAt), HEADER_FIELD.sectionsAt)
  start.writeUInt16LE(sectionCount, HEADER_FIELD.sectionCount)
  start.writeUInt16LE(Math.max(sectionCount - 1, 0), HEADER_FIELD.namesIndex)
}
