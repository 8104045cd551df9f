import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, posix } from 'node:path'
import { invalidParameter } from '../../core/errors.ts'
import { type ElfNeeds, readElfNeeds } from '../elf/elf-needs.ts'
import { type LoaderFolders, readLoaderFolders } from './loader-folders.ts'

/** An ELF file of this machine, and where it will be in the image. Both paths are absolute. */
export interface PlacedFile {
  readonly source: string
  readonly place: string
}

/** A file that has been read, and what it inherits from those that need it. */
interface Loaded extends PlacedFile {
  readonly needs: ElfNeeds
  /** Search paths (RPATH) of the files above, each with the folder that its `$ORIGIN` is, here and in the image. */
  readonly inherited: readonly SearchFolder[]
}

interface SearchFolder {
  readonly source: string
  readonly place: string
}

const C_LIBRARY = 'libc.so.6'

export interface ClosureOptions {
  /** Libraries that are opened by name at run time. */
  readonly alsoNeeded?: readonly string[]
  /** Of the system that is looked at: `/` unless set. */
  readonly root?: string
}

/**
 * The dynamic loader and all shared libraries that programs need, found where the loader would find them (ld.so(8)), without
 * LD_LIBRARY_PATH and the loader's cache: an image depends on the system, not on who builds it. What a runpath leads to keeps
 * its place; all else goes to the folder of the C library, which is one that the loader knows without configuration.
 * @param programs the first asks for the loader
 * @throws ServingError INVALID_PARAMETER_VALUE: a library that is not there, a file that is broken or for another processor
 */
export async function libraryClosure(
  programs: readonly PlacedFile[],
  { alsoNeeded = [], root = '/' }: ClosureOptions = {},
): Promise<readonly PlacedFile[]> {
  const loaded = await Promise.all(
    programs.map(async (file) => ({ ...file, needs: await readElfNeeds(file.source), inherited: [] })),
  )
  const interpreter = loaded[0]?.needs.interpreter
  if (loaded[0] === undefined || interpreter === undefined) return []
  const folders = await readLoaderFolders(interpreter, root)
  const closure = new LibraryClosure(loaded[0].needs.machine, folders, root)
  await closure.addLoader(interpreter)
  await closure.addNeeds(loaded, alsoNeeded)
  return closure.files()
}

class LibraryClosure {
  readonly #machine: ElfNeeds['machine']
  readonly #root: string
  readonly #folders: readonly string[]
  readonly #libraryFolder: string
  /** By the name that others need it by. */
  readonly #known = new Set<string>()
  readonly #files: PlacedFile[] = []

  constructor(machine: ElfNeeds['machine'], { configured, builtIn }: LoaderFolders, root: string) {
    this.#machine = machine
    this.#root = root
    this.#folders = [...configured, ...builtIn]
    const libraryFolder = builtIn.find((folder) => existsSync(join(root, folder, C_LIBRARY)))
    this.#libraryFolder = libraryFolder ?? builtIn[0] ?? '/lib'
  }

  files(): readonly PlacedFile[] {
    return this.#files.toSorted((a, b) => (a.place < b.place ? -1 : 1))
  }

  async addLoader(interpreter: string): Promise<void> {
    const source = realpathSync(join(this.#root, interpreter))
    const { soname } = await readElfNeeds(source)
    this.#known.add(basename(interpreter))
    if (soname !== undefined) this.#known.add(soname)
    this.#files.push({ source, place: interpreter })
  }

  /** Breadth first, as the loader goes. */
  async addNeeds(programs: readonly Loaded[], alsoNeeded: readonly string[]): Promise<void> {
    const waiting = [...programs]
    for (const { needs } of programs) if (needs.soname !== undefined) this.#known.add(needs.soname)
    for (const name of alsoNeeded) {
      const library = await this.#inFolders(name, this.#folderSearch())
      if (library !== undefined) waiting.push(this.#add(name, library))
    }
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      for (const name of file.needs.needed) {
        if (!this.#known.has(name)) waiting.push(this.#add(name, await this.#find(name, file)))
      }
    }
  }

  #add(name: string, library: Loaded): Loaded {
    this.#known.add(name)
    if (library.needs.soname !== undefined) this.#known.add(library.needs.soname)
    this.#files.push({ source: library.source, place: library.place })
    return library
  }

  async #find(name: string, file: Loaded): Promise<Loaded> {
    const own = searchFolders(file)
    const search = [...own, ...this.#folderSearch()]
    const library = await this.#inFolders(name, search, inheritedBy(file))
    if (library !== undefined) return library
    throw invalidParameter(
      `${file.source} needs ${name}, which is not in ${search.map(({ source }) => source).join(', ')}`,
      { library: name, path: file.source },
    )
  }

  #folderSearch(): readonly SearchFolder[] {
    return this.#folders.map((folder) => ({ source: join(this.#root, folder), place: this.#libraryFolder }))
  }

  /** As the loader does, one for another processor is passed over. */
  async #inFolders(
    name: string,
    folders: readonly SearchFolder[],
    inherited: readonly SearchFolder[] = [],
  ): Promise<Loaded | undefined> {
    for (const folder of folders) {
      const path = join(folder.source, name)
      if (!existsSync(path)) continue
      const needs = await readElfNeeds(path).catch(() => undefined)
      if (needs?.machine !== this.#machine) continue
      return { source: realpathSync(path), place: posix.join(folder.place, name), needs, inherited }
    }
    return undefined
  }
}

/** A runpath takes the place of all search paths, inherited ones too. */
function searchFolders(file: Loaded): readonly SearchFolder[] {
  return file.needs.runpath.length > 0 ? expanded(file, file.needs.runpath) : inheritedBy(file)
}

function inheritedBy(file: Loaded): readonly SearchFolder[] {
  const own = file.needs.runpath.length > 0 ? [] : expanded(file, file.needs.rpath)
  return [...own, ...file.inherited]
}

/** Folders with tokens other than `$ORIGIN` mean other places on other machines: they are left out. */
function expanded({ source, place }: PlacedFile, folders: readonly string[]): readonly SearchFolder[] {
  return folders
    .map((folder) => ({
      source: withOrigin(folder, dirname(source)),
      place: withOrigin(folder, posix.dirname(place)),
    }))
    .filter((folder) => folder.source.startsWith('/') && !folder.source.includes('$'))
}

function withOrigin(folder: string, origin: string): string {
  return folder.replace(/\$ORIGIN\b|\$\{ORIGIN\}/g, () => origin)
}
