import { createReadStream } from 'node:fs'
import { mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { unpackTar } from 'modern-tar/fs'
import { messageOf, notInstalled, unusableCache } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import { makeFolders } from '../../files/make-folders.ts'
import { isUnused, noteUse } from '../cache-use.ts'
import { fileEntry, sha256Of } from '../file-entries.ts'
import { isFileSystemError } from '../oci/write-beside.ts'
import { readOwn } from '../own-file.ts'
import { askNpm } from './npm-program.ts'

/** Files of a package that is not installed, since it is for another machine. */
export interface WantedPackage {
  readonly name: string
  readonly version: string
  /** Paths of the files in the package: nothing else is unpacked. */
  readonly files: readonly string[]
  /** Folder of Headrace's cache: the files are kept in its `packages`. */
  readonly cacheFolder: string
  readonly signal?: AbortSignal | undefined
}

/** What each file was when it was unpacked: SHA-256 by path. */
type Checksums = Readonly<Record<string, string>>

/** Beside the files; its time is when they were last used. */
const CHECKSUMS = 'checksums.json'

const DRAFT = '.draft-'

/**
 * A folder with files of an npm package, fetched by npm, which checks the archive by the registry's `integrity`. Files in
 * the cache are compared with what they were; where one is another, or another user may have said what they were, the package is
 * fetched again.
 * @throws ServingError INVALID_STATE: npm is not there or failed, no such version, a file that the package has not, a cache that
 * cannot be written
 */
export async function fetchPackage(wanted: WantedPackage): Promise<string> {
  const kept = await keptPackage(wanted)
  if (kept !== undefined) return kept
  const packages = dirname(folderOf(wanted))
  try {
    await makeFolders(packages)
    return await fetchInto(packages, wanted)
  } catch (error) {
    if (!isFileSystemError(error)) throw error
    throw unusableCache(
      `The cache of packages at ${packages} cannot be used: ${messageOf(error)}. Another folder can be named (--cache-dir).`,
      error,
    )
  }
}

async function fetchInto(packages: string, wanted: WantedPackage): Promise<string> {
  const folder = folderOf(wanted)
  const draft = await mkdtemp(join(packages, DRAFT))
  try {
    await unpack(wanted, draft)
    await rm(folder, { recursive: true, force: true })
    await rename(join(draft, 'files'), folder)
  } catch (error) {
    // Another build may have put the same files there in between.
    if (!(await isIntact(folder, wanted.files))) throw error
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return folder
}

/** Its folder in the cache; undefined where it is not there as it was unpacked. */
export async function keptPackage(wanted: WantedPackage): Promise<string | undefined> {
  const folder = folderOf(wanted)
  if (!(await isIntact(folder, wanted.files))) return undefined
  await noteUse(join(folder, CHECKSUMS))
  return folder
}

/** Removes packages of the cache, and what is left of fetching some, that nobody has used for so long. */
export async function removeUnusedPackages(cacheFolder: string, unusedMs: number): Promise<void> {
  const packages = join(cacheFolder, 'packages')
  for (const name of await readdir(packages).catch(() => [])) {
    const folder = join(packages, name)
    const noted = name.startsWith(DRAFT) ? folder : join(folder, CHECKSUMS)
    if (await isUnused(noted, unusedMs)) await rm(folder, { recursive: true, force: true })
  }
}

function folderOf({ cacheFolder, name, version }: WantedPackage): string {
  return join(cacheFolder, 'packages', `${name.replace('/', '+')}@${version}`)
}

async function unpack(wanted: WantedPackage, draft: string): Promise<void> {
  const { name, version, files, signal } = wanted
  const specifier = `${name}@${version}`
  const args = ['pack', specifier, '--ignore-scripts', '--pack-destination', draft]
  const archive = join(draft, archiveName(await askNpm(`Fetching ${specifier}`, args, signal), specifier))
  const target = join(draft, 'files')
  const paths = new Set(files)
  // Of paths without the folder that all is in, which is called `package` by most.
  const filter = (header: { name: string; type?: string }): boolean =>
    header.type === 'file' && paths.has(header.name)
  try {
    await pipeline(createReadStream(archive), createGunzip(), unpackTar(target, { strip: 1, filter }), {
      ...(signal === undefined ? {} : { signal }),
    })
    const checksums: Checksums = Object.fromEntries(
      await Promise.all(files.map(async (path) => [path, await sha256(target, path)])),
    )
    await writeFile(join(target, CHECKSUMS), JSON.stringify(checksums), { mode: 0o600 })
  } catch (cause) {
    throw notInstalled(`${specifier} could not be unpacked: ${messageOf(cause)}`)
  }
}

function archiveName(answer: unknown, specifier: string): string {
  const first: unknown = Array.isArray(answer) ? answer[0] : undefined
  const name = isRecord(first) ? first['filename'] : undefined
  if (typeof name === 'string' && !/[\\/]/.test(name)) return name
  throw notInstalled(`Fetching ${specifier}: npm did not say what it called the archive`)
}

async function isIntact(folder: string, files: readonly string[]): Promise<boolean> {
  try {
    const known: unknown = JSON.parse(await readOwn(join(folder, CHECKSUMS)))
    if (!isRecord(known)) return false
    const intact = await Promise.all(files.map(async (path) => known[path] === (await sha256(folder, path))))
    return intact.every(Boolean)
  } catch {
    return false
  }
}

async function sha256(folder: string, path: string): Promise<string> {
  const source = join(folder, path)
  await stat(source)
  return sha256Of(await fileEntry(`/${path}`, source))
}
