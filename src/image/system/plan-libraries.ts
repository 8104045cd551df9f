import { fileEntry, keyOfEntries, textEntry } from '../file-entries.ts'
import { HOME, IMAGE_USER_ID } from '../image-config-of.ts'
import type { LayerEntry, LayerPlan } from '../layer-plan.ts'
import { glibcVersion } from './host.ts'
import { libraryClosure, type PlacedFile } from './library-closure.ts'
import { systemPackages } from './system-packages.ts'

const SYSTEM_ROOT = '/'

/** Kubernetes and SageMaker may run the container as somebody else. */
const PASSWD = `root:x:0:0:root:/root:/sbin/nologin
headrace:x:${IMAGE_USER_ID}:${IMAGE_USER_ID}:Headrace:${HOME}:/sbin/nologin
`
const GROUP = `root:x:0:
headrace:x:${IMAGE_USER_ID}:
`
/** Names of hosts from what the container's runtime writes to /etc/hosts, then from DNS. */
const NAME_SERVICES = `passwd: files
group: files
hosts: files dns
services: files
`

/**
 * The lowest layer of an image without a base: the loader and the shared libraries of this machine that the programs
 * need, and the few files that make a system of them.
 * @param programs the first asks for the loader
 * @throws ServingError INVALID_PARAMETER_VALUE for a library that is not there
 */
export async function planLibraries(programs: readonly PlacedFile[]): Promise<LayerPlan> {
  const libraries = await libraryClosure(programs, { alsoNeeded: openedAtRunTime(glibcVersion()) })
  const packages = await systemPackages(libraries, SYSTEM_ROOT)
  const files = await Promise.all(libraries.map(({ place, source }) => fileEntry(place, source, 0o755)))
  return {
    ...(await layerOf('system libraries', [
      ...SYSTEM_FILES,
      ...homeEntries(),
      ...files,
      ...packages.entries,
    ])),
    packages: packages.notes,
  }
}

/** The layer above a base image, which is a system already: the folder that the program may write to. */
export async function planHome(): Promise<LayerPlan> {
  return layerOf('home', homeEntries())
}

async function layerOf(title: string, entries: readonly LayerEntry[]): Promise<LayerPlan> {
  return { title, cacheKey: await keyOfEntries(entries), compression: 'gzip', entries, packages: [] }
}

/** The folders are what runtimes mount on. */
const SYSTEM_FILES: readonly LayerEntry[] = [
  textEntry('/etc/passwd', PASSWD),
  textEntry('/etc/group', GROUP),
  textEntry('/etc/nsswitch.conf', NAME_SERVICES),
  ...['dev', 'proc', 'sys'].map((path) => ({ kind: 'directory', path, mode: 0o755 }) as const),
]

function homeEntries(): readonly LayerEntry[] {
  return [
    { kind: 'directory', path: 'tmp', mode: 0o1777 },
    { kind: 'directory', path: HOME.slice(1), mode: 0o755, owner: IMAGE_USER_ID },
  ]
}

/** Until glibc 2.34 what looks up users and hosts was opened by name; since then it is part of the C library. */
export function openedAtRunTime(version: string | undefined): readonly string[] {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  if (major > 2 || (major === 2 && minor >= 34)) return []
  return ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2']
}
