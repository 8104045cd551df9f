import { resourceExhausted } from '../core/errors.ts'
import type { ArtifactFile } from './artifact-repository.ts'
import { checkedSegment, joinPath } from './http-path.ts'

/** One entry of a folder. `name` is foreign input. */
export interface FolderEntry {
  readonly name: string
  readonly isFolder: boolean
  /** Undefined where the listing does not say. */
  readonly bytes: number | undefined
}

/** Far above what a model has; beyond them a listing is taken for one without end. */
const MAX_ENTRIES = 10_000
const MAX_DEPTH = 32

/**
 * All files below a root.
 * @param readFolder entries of one folder; the root is the empty path
 * @throws ServingError RESOURCE_EXHAUSTED for more files or deeper folders than a model has,
 * INVALID_PARAMETER_VALUE for names that lead out of their folder
 */
export async function walkFolders(
  uri: string,
  readFolder: (path: string) => Promise<readonly FolderEntry[]>,
): Promise<readonly ArtifactFile[]> {
  const files: ArtifactFile[] = []
  const folders = ['']
  let entries = 0
  for (const folder of folders) {
    for (const { name, isFolder, bytes } of await readFolder(folder)) {
      const path = joinPath(folder, checkedSegment(name, joinPath(folder, name), uri))
      if (++entries > MAX_ENTRIES) throw tooMuch(uri, `more than ${MAX_ENTRIES} files and folders`)
      if (!isFolder) files.push({ path, bytes })
      else if (path.split('/').length <= MAX_DEPTH) folders.push(path)
      else throw tooMuch(uri, `folders deeper than ${MAX_DEPTH} levels`)
    }
  }
  return files
}

function tooMuch(uri: string, what: string): Error {
  return resourceExhausted(`${uri} has ${what}: that is not a model's folder`)
}
