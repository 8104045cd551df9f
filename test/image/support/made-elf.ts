/** What a made-up ELF file says of itself; all of it may be left out. */
export interface MadeElf {
  readonly machine?: 'x86_64' | 'aarch64'
  readonly interpreter?: string
  readonly needed?: readonly string[]
  readonly rpath?: string
  readonly runpath?: string
  readonly soname?: string
  /** Bytes at the end that are in no segment, in a section `.debug_info`. */
  readonly debugBytes?: number
}

const MACHINES = { x86_64: 62, aarch64: 183 } as const
const HEADER = 64
const SEGMENT = 56
const SECTION = 64
/** Where the file is in memory. */
const ADDRESS = 0x10000
const SECTION_NAMES = '\0.dynamic\0.debug_info\0.shstrtab\0'

/** A shared library or program that says what it needs, and has no code (System V ABI, chapters 4 and 5). */
export function madeElf(elf: MadeElf = {}): Buffer {
  const strings = new Strings()
  const interpreter = elf.interpreter === undefined ? [] : [strings.add(elf.interpreter)]
  const rows = dynamicRows(elf, strings)
  const segmentCount = 2 + interpreter.length
  const stringsAt = HEADER + segmentCount * SEGMENT
  const dynamicAt = stringsAt + strings.bytes().length
  const dynamic = Buffer.concat(
    [...rows, [5, ADDRESS + stringsAt] as const, [10, strings.bytes().length] as const, [0, 0] as const].map(
      ([tag, value]) => words(tag, value),
    ),
  )
  const loadedEnd = dynamicAt + dynamic.length
  const segments = [
    segment(1, 0, loadedEnd),
    segment(2, dynamicAt, dynamic.length),
    ...interpreter.map((place) => segment(3, stringsAt + place, (elf.interpreter ?? '').length + 1)),
  ]
  const debug = Buffer.alloc(elf.debugBytes ?? 0, 0xdb)
  const namesAt = loadedEnd + debug.length
  const sections = [
    Buffer.alloc(SECTION),
    section(1, { type: 6, flags: 2, at: dynamicAt, size: dynamic.length }),
    section(10, { type: 1, flags: 0, at: loadedEnd, size: debug.length }),
    section(22, { type: 3, flags: 0, at: namesAt, size: SECTION_NAMES.length }),
  ]
  const header = headerOf(elf.machine ?? 'x86_64', segmentCount, namesAt + SECTION_NAMES.length)
  const names = Buffer.from(SECTION_NAMES)
  return Buffer.concat([header, ...segments, strings.bytes(), dynamic, debug, names, ...sections])
}

function dynamicRows(elf: MadeElf, strings: Strings): readonly (readonly [number, number])[] {
  const row = (tag: number, text: string | undefined): readonly (readonly [number, number])[] =>
    text === undefined ? [] : [[tag, strings.add(text)]]
  return [
    ...(elf.needed ?? []).flatMap((name) => row(1, name)),
    ...row(14, elf.soname),
    ...row(15, elf.rpath),
    ...row(29, elf.runpath),
  ]
}

class Strings {
  #text = '\0'

  add(text: string): number {
    const place = Buffer.byteLength(this.#text)
    this.#text += `${text}\0`
    return place
  }

  bytes(): Buffer {
    return Buffer.from(this.#text)
  }
}

function headerOf(machine: keyof typeof MACHINES, segmentCount: number, sectionsAt: number): Buffer {
  const header = Buffer.alloc(HEADER)
  header.write('\x7fELF\x02\x01\x01', 'latin1')
  header.writeUInt16LE(3, 0x10)
  header.writeUInt16LE(MACHINES[machine], 0x12)
  header.writeBigUInt64LE(BigInt(HEADER), 0x20)
  header.writeBigUInt64LE(BigInt(sectionsAt), 0x28)
  header.writeUInt16LE(HEADER, 0x34)
  header.writeUInt16LE(SEGMENT, 0x36)
  header.writeUInt16LE(segmentCount, 0x38)
  header.writeUInt16LE(SECTION, 0x3a)
  header.writeUInt16LE(4, 0x3c)
  header.writeUInt16LE(3, 0x3e)
  return header
}

function segment(type: number, at: number, size: number): Buffer {
  const row = Buffer.alloc(SEGMENT)
  row.writeUInt32LE(type, 0)
  row.writeBigUInt64LE(BigInt(at), 8)
  row.writeBigUInt64LE(BigInt(ADDRESS + at), 16)
  row.writeBigUInt64LE(BigInt(size), 32)
  return row
}

interface Section {
  readonly type: number
  readonly flags: number
  readonly at: number
  readonly size: number
}

function section(name: number, { type, flags, at, size }: Section): Buffer {
  const row = Buffer.alloc(SECTION)
  row.writeUInt32LE(name, 0)
  row.writeUInt32LE(type, 4)
  row.writeBigUInt64LE(BigInt(flags), 8)
  row.writeBigUInt64LE(BigInt(at), 24)
  row.writeBigUInt64LE(BigInt(size), 32)
  return row
}

function words(tag: number, value: number): Buffer {
  const row = Buffer.alloc(16)
  row.writeBigUInt64LE(BigInt(tag), 0)
  row.writeBigUInt64LE(BigInt(value), 8)
  return row
}
