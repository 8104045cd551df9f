import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** PATH_MAX of Linux: nothing can be opened under a longer name. */
const LONGEST_PATH = 4096

/**
 * The absolute path that a path leads to, links followed. What is not there yet counts as a plain name, as for
 * Python's `Path.resolve()`; `..` goes up from where a link leads to.
 * @returns undefined where no file can have that path
 */
export async function realPath(path: string): Promise<string | undefined> {
  if (path.includes('\0') || path.length > LONGEST_PATH) return undefined
  let current = path.startsWith('/') ? '/' : resolve('.')
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue
    current = name === '..' ? dirname(current) : await followed(join(current, name))
  }
  return current
}

async function followed(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    return path
  }
}

/** @param folder and `path` as `realPath` gives them */
export function isWithin(folder: string, path: string): boolean {
  for (let above = path; ; above = dirname(above)) {
    if (above === folder) return true
    if (basename(above) === '') return false
  }
}
