import { type ElfBytes, elfFailure, readWord } from './elf-bytes.ts'

/** A processor, by the names of `uname -m`. */
export type Machine = 'x86_64' | 'aarch64'

/** What an ELF file of 64 bits begins with (System V ABI, chapters 4 and 5). Places are bytes from the beginning of the file. */
export interface ElfHeader {
  readonly machine: Machine
  readonly segments: readonly Segment[]
  /** Where the table of sections is; 0: the file has none. */
  readonly sectionsAt: number
  readonly sectionCount: number
  /** Which section has the names of all. */
  readonly namesIndex: number
  /** Behind the table of segments. */
  readonly segmentsEnd: number
}

/** A row of the program header table. */
export interface Segment {
  readonly type: number
  readonly offset: number
  /** In memory. */
  readonly address: number
  readonly size: number
}

export const SEGMENT = { load: 1, dynamic: 2, interpreter: 3 } as const

export const HEADER_BYTES = 64
const SEGMENT_BYTES = 56
export const SECTION_BYTES = 64

/** Fields of the header that are written anew when sections are left out. */
export const HEADER_FIELD = { sectionsAt: 0x28, sectionCount: 0x3c, namesIndex: 0x3e } as const

const MACHINES: ReadonlyMap<number, Machine> = new Map([
  [62, 'x86_64'],
  [183, 'aarch64'],
])

/** @throws ServingError INVALID_PARAMETER_VALUE: not an ELF file of 64 bits for one of the machines, or a broken one */
export async function readHeader(bytes: ElfBytes): Promise<ElfHeader> {
  const { path } = bytes
  if (bytes.size < HEADER_BYTES) throw elfFailure(path, 'it is not an ELF file')
  const header = await bytes.table(0, HEADER_BYTES, 'header')
  if (header.readUInt32BE(0) !== 0x7f_45_4c_46) throw elfFailure(path, 'it is not an ELF file')
  if (header[4] !== 2 || header[5] !== 1) {
    throw elfFailure(path, 'it is not an ELF file of 64 bits, little-endian')
  }
  const machine = MACHINES.get(header.readUInt16LE(0x12))
  if (machine === undefined) throw elfFailure(path, `it is for machine ${header.readUInt16LE(0x12)}`)
  const sectionsAt = readWord(path, header, HEADER_FIELD.sectionsAt)
  const sectionCount = header.readUInt16LE(HEADER_FIELD.sectionCount)
  requireRowSize(path, sectionsAt === 0 || header.readUInt16LE(0x3a) === SECTION_BYTES)
  return {
    machine,
    ...(await readSegments(bytes, header)),
    sectionsAt,
    sectionCount,
    namesIndex: header.readUInt16LE(HEADER_FIELD.namesIndex),
  }
}

async function readSegments(
  bytes: ElfBytes,
  header: Buffer,
): Promise<Pick<ElfHeader, 'segments' | 'segmentsEnd'>> {
  const offset = readWord(bytes.path, header, 0x20)
  const count = header.readUInt16LE(0x38)
  requireRowSize(bytes.path, count === 0 || header.readUInt16LE(0x36) === SEGMENT_BYTES)
  const table = await bytes.table(offset, count * SEGMENT_BYTES, 'table of segments')
  const segments = Array.from({ length: count }, (_, index) => {
    const row = table.subarray(index * SEGMENT_BYTES)
    return readSegment(bytes, row)
  })
  return { segments, segmentsEnd: offset + count * SEGMENT_BYTES }
}

function readSegment({ path }: ElfBytes, row: Buffer): Segment {
  return {
    type: row.readUInt32LE(0),
    offset: readWord(path, row, 8),
    address: readWord(path, row, 16),
    size: readWord(path, row, 32),
  }
}

function requireRowSize(path: string, isRight: boolean): void {
  if (!isRight) throw elfFailure(path, 'its tables have rows of another size than ELF says')
}
