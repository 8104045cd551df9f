import { existsSync } from 'node:fs'
import { readFile, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileEntry, sha256Of, textEntry } from '../file-entries.ts'
import type { LayerEntry, PackageNote } from '../layer-plan.ts'
import { type DebianPackage, DebianPackages } from './debian-packages.ts'
import { glibcVersion } from './host.ts'
import type { PlacedFile } from './library-closure.ts'

/** The packages that shared libraries come from: what the bill of materials says of them, and what is put beside them. */
export interface SystemPackages {
  readonly notes: readonly PackageNote[]
  /** Their licences, and what scanners for vulnerabilities look for. */
  readonly entries: readonly LayerEntry[]
}

/** Of the GNU C library. */
const C_LIBRARY = /^(ld-linux.*|lib(c|m|dl|pthread|rt|resolv|util|anl|nss_files|nss_dns))\.so\.\d+$/
/** Of the GNU compilers. */
const COMPILER_LIBRARY = /^lib(stdc\+\+|gcc_s|atomic)\.so\.\d+$/

/** @param root of the system that the libraries are from */
export async function systemPackages(
  libraries: readonly PlacedFile[],
  root: string,
): Promise<SystemPackages> {
  const owners = new DebianPackages(root).owning(libraries.map(({ source }) => source))
  const release = await readRelease(root)
  const notes = await Promise.all(
    libraries.map(async (library) => {
      const owner = owners.get(library.source)
      return owner === undefined ? await fileNote(library) : debianNote(owner, library, release)
    }),
  )
  const packages = [...new Map([...owners.values()].map((owner) => [owner.name, owner])).values()]
  const byPurl = new Map(notes.map((note) => [note.purl, note]))
  return { notes: [...byPurl.values()], entries: await packageEntries(packages, release, root) }
}

/** `os-release(5)`, as text and by its keys. */
interface Release {
  readonly text: string
  readonly id: string
  readonly version: string
}

async function readRelease(root: string): Promise<Release> {
  const text = await readFile(join(root, 'etc/os-release'), 'utf8').catch(() => '')
  const value = (key: string): string =>
    new RegExp(`^${key}=["']?([^"'\\n]*)`, 'm').exec(text)?.[1]?.toLowerCase() ?? ''
  return { text, id: value('ID'), version: value('VERSION_ID') }
}

function debianNote(
  { name, version, architecture }: DebianPackage,
  { place }: PlacedFile,
  { id, version: release }: Release,
): PackageNote {
  const distribution = release === '' ? '' : `&distro=${id}-${release}`
  return {
    name,
    version,
    ...licenceOf(place),
    purl: `pkg:deb/${id || 'debian'}/${part(name)}@${part(version)}?arch=${architecture}${distribution}`,
  }
}

/** Of a system without dpkg all that is certain is the file itself; the version is what its name says, or what runs here. */
async function fileNote({ source, place }: PlacedFile): Promise<PackageNote> {
  const name = basename(place)
  const glibc = C_LIBRARY.test(name) ? glibcVersion() : undefined
  if (glibc !== undefined) {
    return { name: 'glibc', version: glibc, ...licenceOf(place), purl: `pkg:generic/glibc@${glibc}` }
  }
  const version = /\.so\.([\d.]+)$/.exec(basename(source))?.[1] ?? 'unknown'
  return {
    name,
    version,
    ...licenceOf(place),
    purl: `pkg:generic/${part(name)}@${version}`,
    sha256: await sha256Of(await fileEntry(place, source)),
  }
}

/** Which licence a library has is told by no file for programs. */
function licenceOf(place: string): Pick<PackageNote, 'licence'> {
  const name = basename(place)
  if (C_LIBRARY.test(name)) return { licence: 'LGPL-2.1-or-later' }
  return COMPILER_LIBRARY.test(name) ? { licence: 'GPL-3.0-or-later WITH GCC-exception-3.1' } : {}
}

/** purl's rules for names and versions (ECMA-427, section 5.4). */
function part(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':')
}

/** As distroless images have it: a file for each package, and which distribution it is of. */
async function packageEntries(
  packages: readonly DebianPackage[],
  { text }: Release,
  root: string,
): Promise<readonly LayerEntry[]> {
  if (packages.length === 0) return []
  const copyrights = await Promise.all(packages.map(({ name }) => copyrightEntries(name, root)))
  // Packages of one source may share a folder.
  const byPath = new Map(copyrights.flat().map((entry) => [entry.path, entry]))
  return [
    ...(text === '' ? [] : [textEntry('/etc/os-release', text)]),
    ...packages.map(({ name, status }) => textEntry(`/var/lib/dpkg/status.d/${name}`, status)),
    ...byPath.values(),
  ]
}

const DOCUMENTS = '/usr/share/doc'

/** The licences of a package, whose folder may be a link to that of another. Some systems are installed without. */
async function copyrightEntries(name: string, root: string): Promise<readonly LayerEntry[]> {
  const folder = await readlink(join(root, DOCUMENTS, name)).catch(() => name)
  const source = join(root, DOCUMENTS, folder, 'copyright')
  if (folder.includes('/') || !existsSync(source)) return []
  const text = await fileEntry(`${DOCUMENTS}/${folder}/copyright`, source)
  if (folder === name) return [text]
  return [text, { kind: 'link', path: `${DOCUMENTS.slice(1)}/${name}`, target: folder }]
}
