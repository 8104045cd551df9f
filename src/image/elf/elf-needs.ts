import { ElfBytes, elfFailure, readWord } from './elf-bytes.ts'
import { type ElfHeader, type Machine, readHeader, SEGMENT, type Segment } from './elf-header.ts'

/** What a program or shared library wants from the dynamic loader (System V ABI, chapter 5). */
export interface ElfNeeds {
  readonly machine: Machine
  /** Absolute path of the loader; only programs ask for one. */
  readonly interpreter?: string
  /** Names of shared libraries, in the order in which they are looked for. */
  readonly needed: readonly string[]
  /** Folders to look in for these, and for what these need in their turn; of no account beside a runpath. */
  readonly rpath: readonly string[]
  /** Folders to look in for these alone. `$ORIGIN` in either stands for the folder of the file. */
  readonly runpath: readonly string[]
  /** What others call it. */
  readonly soname?: string
}

const TAG = { end: 0, needed: 1, strings: 5, stringsSize: 10, soname: 14, rpath: 15, runpath: 29 } as const
const ROW_BYTES = 16

/** @throws ServingError INVALID_PARAMETER_VALUE: not an ELF file of 64 bits, little-endian, or a broken one */
export function readElfNeeds(path: string): Promise<ElfNeeds> {
  return ElfBytes.reading(path, async (bytes) => {
    const header = await readHeader(bytes)
    const rows = await readDynamic(bytes, header)
    const names = new DynamicNames(bytes, header, rows)
    const soname = (await names.of(TAG.soname)).at(0)
    const interpreter = await readInterpreter(bytes, header)
    return {
      machine: header.machine,
      ...(interpreter === undefined ? {} : { interpreter }),
      needed: await names.of(TAG.needed),
      rpath: foldersOf(await names.of(TAG.rpath)),
      runpath: foldersOf(await names.of(TAG.runpath)),
      ...(soname === undefined ? {} : { soname }),
    }
  })
}

async function readInterpreter(bytes: ElfBytes, { segments }: ElfHeader): Promise<string | undefined> {
  const segment = segments.find(({ type }) => type === SEGMENT.interpreter)
  if (segment === undefined) return undefined
  return bytes.string(segment.offset, segment.offset + segment.size, 'interpreter')
}

interface DynamicRow {
  readonly tag: number
  readonly value: number
}

/** A file that is linked statically has none. */
async function readDynamic(bytes: ElfBytes, { segments }: ElfHeader): Promise<readonly DynamicRow[]> {
  const segment = segments.find(({ type }) => type === SEGMENT.dynamic)
  if (segment === undefined) return []
  const table = await bytes.table(segment.offset, segment.size, 'dynamic section')
  const rows: DynamicRow[] = []
  for (let offset = 0; offset + ROW_BYTES <= table.length; offset += ROW_BYTES) {
    // Tags of processors and systems are larger than any that is looked for here; a value may be any 64 bits.
    const tag = Number(table.readBigUInt64LE(offset))
    if (tag === TAG.end) break
    if (WANTED.has(tag)) rows.push({ tag, value: readWord(bytes.path, table, offset + 8) })
  }
  return rows
}

const WANTED: ReadonlySet<number> = new Set(Object.values(TAG))

class DynamicNames {
  readonly #bytes: ElfBytes
  readonly #segments: readonly Segment[]
  readonly #rows: readonly DynamicRow[]

  constructor(bytes: ElfBytes, { segments }: ElfHeader, rows: readonly DynamicRow[]) {
    this.#bytes = bytes
    this.#segments = segments
    this.#rows = rows
  }

  /** Texts of all rows with a tag. */
  async of(tag: number): Promise<readonly string[]> {
    const texts: string[] = []
    for (const row of this.#rows) if (row.tag === tag) texts.push(await this.#text(row.value))
    return texts
  }

  #text(offset: number): Promise<string> {
    const start = this.#fileOffset(this.#value(TAG.strings))
    return this.#bytes.string(start + offset, start + this.#value(TAG.stringsSize), 'dynamic section')
  }

  #value(tag: number): number {
    const row = this.#rows.find((candidate) => candidate.tag === tag)
    if (row === undefined) throw elfFailure(this.#bytes.path, 'its dynamic section has no names')
    return row.value
  }

  #fileOffset(address: number): number {
    const segment = this.#segments.find(
      (candidate) =>
        candidate.type === SEGMENT.load &&
        address >= candidate.address &&
        address < candidate.address + candidate.size,
    )
    if (segment === undefined)
      throw elfFailure(this.#bytes.path, 'the names of its dynamic section are not in it')
    return segment.offset + (address - segment.address)
  }
}

/** Folders of a RPATH or RUNPATH: the loader splits at colons, and an empty one is the working folder, which has no meaning here. */
function foldersOf(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => path.split(':')).filter((folder) => folder !== '')
}
