import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const executeFile = promisify(execFile)

/** Programs of Debian, by the packages that bring them. */
const PACKAGES = {
  podman: 'podman',
  runc: 'runc',
  buildah: 'buildah',
  skopeo: 'skopeo',
  'docker-registry': 'docker-registry',
  htpasswd: 'apache2-utils',
  dockerd: 'docker.io',
  docker: 'docker.io',
} as const

export type Program = keyof typeof PACKAGES

/** Path of a program that a suite cannot do without: it fails where that is not installed. */
export function pathOf(program: Program): string {
  // Debian's own first: what else a machine has may be of another version.
  const folders = ['/usr/bin', '/usr/sbin', ...(process.env['PATH'] ?? '').split(delimiter)]
  const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
  if (found === undefined) {
    throw new Error(`There is no ${program}: apt install --no-install-recommends ${PACKAGES[program]}`)
  }
  return found
}

export interface Executed {
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end. @throws Error with all that it printed, where it fails */
export async function execute(
  program: Program,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Executed> {
  try {
    return await executeFile(pathOf(program), [...args], {
      env: { ...process.env, ...env },
      maxBuffer: 64 * 1024 * 1024,
    })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as Partial<Executed>
    throw new Error(`${program} ${args.join(' ')} has failed:\n${stdout}${stderr}`, { cause: error })
  }
}
