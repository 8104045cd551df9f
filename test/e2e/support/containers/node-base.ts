import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileEntry, textEntry } from '../../../../src/image/file-entries.ts'
import type { ImageConfig } from '../../../../src/image/image.ts'
import type { LayerFile, LayerLink, LayerPlan } from '../../../../src/image/layer-plan.ts'
import { composeImage } from '../../../../src/image/oci/compose-image.ts'
import { packLayer } from '../../../../src/image/oci/pack-layer.ts'
import { writeArchive } from '../../../../src/image/oci/write-archive.ts'
import { libraryClosure, type PlacedFile } from '../../../../src/image/system/library-closure.ts'
import { planLibraries } from '../../../../src/image/system/plan-libraries.ts'

export interface NodeBase {
  /** Archive that is written. */
  readonly file: string
  /** What the image is called in it. */
  readonly name: string
  readonly cacheFolder: string
}

/** What the steps of a Dockerfile run: of this machine, where the official image has Debian's. */
const PROGRAMS = ['sh', 'env', 'find', 'rm', 'mkdir', 'chown', 'ln']

/** Of the C library and of C++, which packages' binaries need: Debian has them all in two packages. */
const LIBRARIES = [
  ...['libdl.so.2', 'libm.so.6', 'libpthread.so.0', 'librt.so.1', 'libutil.so.1'],
  ...['libstdc++.so.6', 'libgcc_s.so.1'],
]

const NODE = '/usr/local/bin/node'
const NPM = 'usr/local/lib/node_modules/npm'
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

const CONFIG: ImageConfig = {
  platform: process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64',
  user: '0:0',
  environment: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  ...{ entrypoint: [], command: [NODE], workingFolder: '/', ports: [], labels: {}, stopSignal: 'SIGTERM' },
}

/**
 * Writes an image that takes the place of `node:24-slim`, where no public registry can be asked: Node, npm and a shell in the places of
 * that one, upon the libraries of this machine. npm asks the registry that it asks here.
 */
export async function writeNodeBase({ file, name, cacheFolder }: NodeBase): Promise<void> {
  const programs: readonly PlacedFile[] = [
    { source: process.execPath, place: NODE },
    ...PROGRAMS.map((program) => ({ source: pathOf(program), place: `/usr/bin/${program}` })),
  ]
  const libraries = await libraryClosure(programs, { alsoNeeded: LIBRARIES })
  const files = await Promise.all(
    [...programs, ...libraries].map(({ source, place }) => fileEntry(place, source, 0o755)),
  )
  const shell: LayerLink = { kind: 'link', path: 'bin/sh', target: '/usr/bin/sh' }
  const plans: readonly LayerPlan[] = [
    await planLibraries(programs),
    plan('programs', [...files, shell]),
    plan('npm', [...(await npmFiles()), ...(await npmSettings())]),
  ]
  const { signal } = new AbortController()
  const layers = await Promise.all(plans.map((each) => packLayer(each, { cacheFolder, signal })))
  await writeArchive(composeImage({ config: CONFIG, layers }), { file, name })
}

function plan(title: string, entries: LayerPlan['entries']): LayerPlan {
  return { title, compression: 'none', entries, packages: [] }
}

function pathOf(program: string): string {
  return realpathSync(execFileSync('which', [program], { encoding: 'utf8' }).trim())
}

async function npmFiles(): Promise<readonly (LayerFile | LayerLink)[]> {
  const folder = join(pathOf('npm'), '../..')
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const paths = found.map(({ parentPath, name }) => join(parentPath, name))
  const files = await Promise.all(
    paths.map((path) => fileEntry(`/${NPM}${path.slice(folder.length)}`, path, 0o755)),
  )
  const link: LayerLink = {
    kind: 'link',
    path: 'usr/local/bin/npm',
    target: '../lib/node_modules/npm/bin/npm-cli.js',
  }
  return [...files, link]
}

/** Of the registry and its authority: no credentials. */
async function npmSettings(): Promise<readonly LayerFile[]> {
  const authority = process.env['NODE_EXTRA_CA_CERTS'] ?? npmSetting('cafile')
  const isKnown = authority !== undefined && existsSync(authority)
  const lines = [
    `registry=${npmSetting('registry') ?? 'https://registry.npmjs.org/'}`,
    ...(isKnown ? [`cafile=${CERTIFICATES}`] : []),
  ]
  return [
    textEntry('/usr/local/etc/npmrc', `${lines.join('\n')}\n`),
    ...(isKnown ? [await fileEntry(CERTIFICATES, authority)] : []),
  ]
}

function npmSetting(name: string): string | undefined {
  const value = execFileSync('npm', ['config', 'get', name], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return ['', 'null', 'undefined'].includes(value.trim()) ? undefined : value.trim()
}
