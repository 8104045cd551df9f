import { realpath } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { codeOf, outsideFolder } from './artifact-failure.ts'

/** Paths inside a folder, links followed: what a name seems to be in does not count, only where it is. */

/**
 * Where a path really leads; parts that are not there stand as they are.
 * @throws NodeJS.ErrnoException for a path that leads nowhere else: a loop of links, a name too long
 */
export async function realPathOf(path: string): Promise<string> {
  return (await realPathIfThere(path)) ?? (await realPathOfMissing(path))
}

async function realPathIfThere(path: string): Promise<string | undefined> {
  try {
    return await realpath(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** From the top: a path may name any number of folders that are not there. */
async function realPathOfMissing(path: string): Promise<string> {
  const parts = resolve(path).split(sep)
  let found = parts[0] + sep
  for (let at = 1; at < parts.length; at += 1) {
    const next = await realPathIfThere(join(found, parts[at] ?? ''))
    if (next === undefined) return join(found, ...parts.slice(at))
    found = next
  }
  return found
}

/** @throws ServingError INVALID_PARAMETER_VALUE where a real path is not within the folder, itself a real path */
export function requireWithin(realFolder: string, realPath: string): void {
  if (realPath === realFolder || realPath.startsWith(withSeparator(realFolder))) return
  throw outsideFolder()
}

export function isWithin(folder: string, path: string): boolean {
  const whole = resolve(folder)
  return resolve(path) === whole || resolve(path).startsWith(withSeparator(whole))
}

function withSeparator(folder: string): string {
  return folder.endsWith(sep) ? folder : folder + sep
}
