import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { coresOf, listOf } from './core-list.ts'
import { textOf } from './process-tree.ts'

/** Cores of this machine, as taskset(1) takes them: `0-2,5`. */
export interface SharedCores {
  readonly server: string
  readonly generator: string
  readonly serverCores: number
  readonly generatorCores: number
}

/**
 * A quarter of the cores, one at least, is for those who ask; the others are for the server.
 * @returns undefined where there is a single core: nothing can be kept apart.
 */
export function shareCores(cores: readonly number[]): SharedCores | undefined {
  if (cores.length < 2) return undefined
  const generatorCores = Math.max(1, Math.floor(cores.length / 4))
  return {
    server: listOf(cores.slice(0, -generatorCores)),
    generator: listOf(cores.slice(-generatorCores)),
    serverCores: cores.length - generatorCores,
    generatorCores,
  }
}

/** Those that this process may run on; none where the system does not tell. */
export function allowedCores(): readonly number[] {
  const list = /^Cpus_allowed_list:\s+(\S+)$/m.exec(textOf('/proc/self/status') ?? '')?.[1]
  return list === undefined ? [] : coresOf(list)
}

/**
 * Keeps this process, with the threads that it has and will have, on some cores.
 * @returns false where there is no taskset(1): Node itself has no call for it.
 */
export async function keepOn(cores: string): Promise<boolean> {
  try {
    await promisify(execFile)('taskset', ['-a', '-p', '-c', cores, String(process.pid)])
    return true
  } catch {
    return false
  }
}
