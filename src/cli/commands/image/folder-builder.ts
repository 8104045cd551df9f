import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { constants as osConstants } from 'node:os'
import { delimiter, join } from 'node:path'
import { notInstalled } from '../../../core/errors.ts'
import { IMAGE_BUILDERS } from '../../dockerfile-settings.ts'

/** A program that builds the image of a folder with a Dockerfile. */
export type ImageBuilder = (typeof IMAGE_BUILDERS)[number]

export interface FolderBuild {
  readonly folder: string
  readonly name: string
  readonly signal: AbortSignal
}

/** Docker's own format, since OCI's has no health check and the others write that unless they are told. */
const ARGUMENTS: Readonly<Record<ImageBuilder, readonly string[]>> = {
  docker: ['build'],
  podman: ['build', '--format', 'docker'],
  buildah: ['build', '--format', 'docker'],
}

/** As shells have it for a program that a signal ended. */
const SIGNAL_EXIT = 128

/**
 * The builder that is wanted, else the first that is in the PATH.
 * @throws ServingError INVALID_STATE where it is not there
 */
export function findBuilder(wanted: ImageBuilder | undefined): ImageBuilder {
  const found = (wanted === undefined ? IMAGE_BUILDERS : [wanted]).find(isInPath)
  if (found !== undefined) return found
  const missing = wanted === undefined ? 'neither docker nor podman nor buildah is' : `${wanted} is not`
  throw notInstalled(`There is no builder: ${missing} in the PATH. \`headrace build-image\` needs none`)
}

/** Shows what the builder says while it builds. @returns its exit code */
export function buildFolder(builder: ImageBuilder, { folder, name, signal }: FolderBuild): Promise<number> {
  const child = spawn(builder, [...ARGUMENTS[builder], '--tag', name, folder], { stdio: 'inherit', signal })
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(signal.aborted ? signal.reason : error))
    child.on('close', (code, ended) => {
      if (signal.aborted) reject(signal.reason)
      else resolve(code ?? SIGNAL_EXIT + (ended === null ? 0 : osConstants.signals[ended]))
    })
  })
}

function isInPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.some(
    (folder) => isExecutable(join(folder, program)) || isExecutable(join(folder, `${program}.exe`)),
  )
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
