import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { elfFailure } from '../elf/elf-bytes.ts'

/** Where the dynamic loader of this machine looks for a shared library that no runpath leads to. */
export interface LoaderFolders {
  /** Known to the loader itself, so that they need no configuration in an image. */
  readonly builtIn: readonly string[]
  /** Those of /etc/ld.so.conf, which come first. */
  readonly configured: readonly string[]
}

/**
 * @param interpreter the loader, as programs ask for it
 * @param root of the system that is looked at: `/` but in tests
 * @throws ServingError INVALID_PARAMETER_VALUE where that file is not glibc's loader
 */
export async function readLoaderFolders(interpreter: string, root: string): Promise<LoaderFolders> {
  return {
    builtIn: await readBuiltIn(join(root, interpreter)),
    configured: [...new Set(await readConfiguration('/etc/ld.so.conf', root, 0))],
  }
}

/** glibc's `system_dirs` (elf/dl-load.c): each distribution builds its own into the loader, one after the other and with a slash at the end. */
const SYSTEM_FOLDERS = /(?:(?:\/[\w.+-]+)+\/\0)+/

async function readBuiltIn(loader: string): Promise<readonly string[]> {
  const text = await readFile(loader, 'latin1').catch(() => {
    throw elfFailure(loader, 'it cannot be read, and programs ask for it as their loader')
  })
  const folders = SYSTEM_FOLDERS.exec(text)?.[0].split('\0').filter(Boolean)
  if (folders === undefined) throw elfFailure(loader, 'it is not the loader of the GNU C library')
  return folders.map((folder) => folder.slice(0, -1))
}

const MOST_INCLUDES = 8

/** `ldconfig(8)`: a folder a line, `include PATTERN`, comments after `#`. A file that is not there says nothing. */
async function readConfiguration(file: string, root: string, depth: number): Promise<readonly string[]> {
  const text = await readFile(join(root, file), 'utf8').catch(() => '')
  const folders: string[] = []
  for (const line of text.split('\n').map((whole) => whole.replace(/#.*/, '').trim())) {
    const pattern = /^include\s+(.+)$/.exec(line)?.[1]
    if (pattern !== undefined && depth < MOST_INCLUDES) {
      folders.push(...(await readIncluded(pattern, root, depth)))
    } else if (line.startsWith('/')) folders.push(line)
  }
  return folders
}

async function readIncluded(patterns: string, root: string, depth: number): Promise<readonly string[]> {
  const files = patterns.split(/\s+/).flatMap((pattern) => {
    const absolute = pattern.startsWith('/') ? pattern : `/etc/${pattern}`
    return globSync(absolute.slice(1), { cwd: root }).sort()
  })
  const folders = await Promise.all(files.map((file) => readConfiguration(`/${file}`, root, depth + 1)))
  return folders.flat()
}
