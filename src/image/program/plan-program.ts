import { readdir, readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { internalError, notInstalled } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import { fileEntry, keyOfEntries } from '../file-entries.ts'
import { PROGRAM_FOLDER } from '../image-config-of.ts'
import type { LayerFile, LayerPlan, PackageNote } from '../layer-plan.ts'

/** What runs a model in an image: onnxruntime, or TF.js on WebAssembly. */
export type ImageEngine = 'onnxruntime' | 'tfjs'

export interface ProgramPlanOptions {
  readonly engine: ImageEngine
  /** Folder of the programs for images; the package's own unless set. */
  readonly folder?: string
}

/** What `npm run build` has bundled, for the bill of materials: not part of the program. */
const PACKAGES_FILE = 'packages.json'

/**
 * The layer with Headrace itself, for one engine: its program with all packages that it needs bundled, but the engine.
 * @throws ServingError INVALID_STATE where the program was not built
 */
export async function planProgram({ engine, folder }: ProgramPlanOptions): Promise<LayerPlan> {
  const place = join(folder ?? builtPrograms(), engine)
  const entries = await readProgram(place)
  const packages = parsePackages(await readFile(join(place, PACKAGES_FILE), 'utf8'))
  return {
    title: 'headrace',
    cacheKey: await keyOfEntries(entries),
    compression: 'gzip',
    entries,
    packages,
  }
}

function builtPrograms(): string {
  const manifest = findPackageJSON(import.meta.url)
  if (manifest === undefined) throw internalError('this is a bug: there is no package.json above the program')
  return join(dirname(manifest), 'dist/image')
}

async function readProgram(place: string): Promise<readonly LayerFile[]> {
  const names = await readdir(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    throw notInstalled(`The program for images is not in ${place}: it is made by \`npm run build\``)
  })
  const files = names.filter((name) => name !== PACKAGES_FILE)
  return await Promise.all(files.map((name) => fileEntry(`${PROGRAM_FOLDER}/${name}`, join(place, name))))
}

function parsePackages(text: string): readonly PackageNote[] {
  const found: unknown = JSON.parse(text)
  if (Array.isArray(found) && found.every(isPackageNote)) return found
  throw internalError(`${PACKAGES_FILE} is not a list of packages`)
}

function isPackageNote(value: unknown): value is PackageNote {
  return (
    isRecord(value) &&
    ['name', 'version', 'purl'].every((key) => typeof value[key] === 'string') &&
    (value['licence'] === undefined || typeof value['licence'] === 'string')
  )
}
