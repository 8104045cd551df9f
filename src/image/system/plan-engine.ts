import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { internalError, notInstalled } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import { fileEntry, keyOfEntries } from '../file-entries.ts'
import { PROGRAM_FOLDER } from '../image-config-of.ts'
import type { LayerFile, LayerPlan, PackageNote } from '../layer-plan.ts'
import { fetchPackage } from '../packages/fetch-package.ts'
import { ARCHITECTURES } from './host.ts'
import type { PlacedFile } from './library-closure.ts'
import type { SystemRequest } from './system-request.ts'

export interface EnginePlan {
  readonly layer: LayerPlan
  /** Its shared libraries, which need others. */
  readonly programs: readonly PlacedFile[]
}

type EngineRequest = Pick<SystemRequest, 'platform' | 'cacheFolder' | 'signal'>

/** Where the program for images finds packages that are not part of it. */
const PACKAGES = `${PROGRAM_FOLDER}/node_modules`
const BINARIES = ['libonnxruntime.so.1', 'onnxruntime_binding.node']

/**
 * The layer with onnxruntime for one platform: of onnxruntime-node what Headrace imports of it (docs/decisions/0005), and
 * onnxruntime-common without its sources, types and other module formats.
 * @throws ServingError INVALID_STATE where its package is not installed, or lacks the platform and npm cannot give it
 */
export async function planEngine(request: EngineRequest): Promise<EnginePlan> {
  const node = await installed('onnxruntime-node', import.meta.url)
  const common = await installed('onnxruntime-common', join(node.folder, 'package.json'))
  const programs = await binaries(node, request)
  const entries = [
    ...(await packageEntries(node, ['package.json', 'dist/binding.js'])),
    ...(await packageEntries(common, ['package.json', ...(await modules(common.folder, 'dist/cjs'))])),
    ...(await Promise.all(programs.map(({ place, source }) => fileEntry(place, source)))),
  ]
  const packages = [node.note, common.note]
  const cacheKey = await keyOfEntries(entries)
  return { layer: { title: 'onnxruntime', cacheKey, compression: 'gzip', entries, packages }, programs }
}

interface Installed {
  readonly folder: string
  readonly note: PackageNote
}

async function installed(name: string, base: string): Promise<Installed> {
  const manifest = packageFile(name, base)
  const parsed: unknown = JSON.parse(await readFile(manifest, 'utf8'))
  const { version, license: licence } = isRecord(parsed) ? parsed : {}
  if (typeof version !== 'string') throw internalError(`${manifest} has no version`)
  const purl = `pkg:npm/${name}@${version}`
  const licenceNote = typeof licence === 'string' ? { licence } : {}
  return { folder: dirname(manifest), note: { name, version, ...licenceNote, purl } }
}

function packageFile(name: string, base: string): string {
  let path: string | undefined
  try {
    path = findPackageJSON(name, base)
  } catch {
    path = undefined
  }
  if (path !== undefined) return path
  throw notInstalled(`The package ${name} is not installed beside Headrace: run npm ci`)
}

/** The package has the binaries for all platforms, unless somebody has removed them to save room. */
async function binaries(
  { folder, note }: Installed,
  { platform, cacheFolder, signal }: EngineRequest,
): Promise<readonly PlacedFile[]> {
  const files = BINARIES.map((name) => `bin/napi-v6/linux/${ARCHITECTURES[platform]}/${name}`)
  const isHere = files.every((path) => existsSync(join(folder, path)))
  const { name, version } = note
  const from = isHere ? folder : await fetchPackage({ name, version, files, cacheFolder, signal })
  return files.map((path) => ({ source: join(from, path), place: `${PACKAGES}/${name}/${path}` }))
}

/** With what says that they are CommonJS. */
async function modules(folder: string, below: string): Promise<readonly string[]> {
  const files = await readdir(join(folder, below), { recursive: true })
  return files
    .map((file) => `${below}/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.js') || file.endsWith('/package.json'))
    .sort()
}

function packageEntries(
  { folder, note }: Installed,
  files: readonly string[],
): Promise<readonly LayerFile[]> {
  return Promise.all(files.map((path) => fileEntry(`${PACKAGES}/${note.name}/${path}`, join(folder, path))))
}
