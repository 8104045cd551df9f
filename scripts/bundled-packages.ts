/** What packages a bundle is made of, and the texts of their licences, which most of them want to be passed on. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** As `PackageNote` of src/image/layer-plan.ts. */
export interface BundledPackage {
  readonly name: string
  readonly version: string
  /** SPDX expression. */
  readonly licence: string
  readonly purl: string
  /** Absolute path. */
  readonly folder: string
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
}

const LICENCE_FILE = /^(licen[cs]e|copying|notice)/i

/** A module's package: what stands after the last `node_modules`, with its scope. */
const PACKAGE_FOLDER = /^.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+/

/** Who reads only a version from a manifest has no code of that package. */
const MANIFEST = /[\\/]package\.json(\?.*)?$/

/** @param modules ids of the modules of a bundle, which are paths. In the order of names. */
export function bundledPackages(modules: readonly string[]): readonly BundledPackage[] {
  const code = modules.filter((id) => !MANIFEST.test(id))
  const folders = code.flatMap((id) => PACKAGE_FOLDER.exec(id.replace(/^\0+/, ''))?.[0] ?? [])
  return [...new Set(folders)].map(readPackage).sort((a, b) => (a.purl < b.purl ? -1 : 1))
}

function readPackage(folder: string): BundledPackage {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Manifest
  if (license === undefined) throw new Error(`The package ${name} does not say under what licence it is`)
  return { name, version, licence: license, purl: purlOf(name, version), folder }
}

/** https://github.com/package-url/purl-spec: the `@` of a scope is written %40. */
function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`
}

/** All of them in one text, each equal text once. */
export function licenceTexts(packages: readonly BundledPackage[]): string {
  const holders = new Map<string, string[]>()
  for (const { name, version, licence, folder } of packages) {
    const text = licenceOf(folder) ?? `${licence}\n`
    holders.set(text, [...(holders.get(text) ?? []), `${name} ${version}`])
  }
  const parts = [...holders].map(([text, names]) => `${names.join('\n')}\n\n${text.trim()}\n`)
  return `This program holds code of these packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`
}

function licenceOf(folder: string): string | undefined {
  const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file))
  if (files.length === 0) return undefined
  return files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
}
