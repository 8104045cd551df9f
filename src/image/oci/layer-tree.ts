import { invalidParameter } from '../../core/errors.ts'
import type { LayerDirectory, LayerEntry } from '../layer-plan.ts'

const FOLDER_MODE = 0o755

/** What a name begins with that removes another file from an image, and never is one (OCI image specification 1.1, layer.md, "Whiteouts"). */
const WHITEOUT = '.wh.'

/**
 * The entries of a layer in the order in which they are packed: by their paths, compared byte by byte, with every folder before
 * what is in it; folders that nobody has planned are root's.
 * @throws ServingError INVALID_PARAMETER_VALUE for a path that leaves the image, that two entries have, or that no file of an image may have
 */
export function layerTree(entries: readonly LayerEntry[]): readonly LayerEntry[] {
  const tree = new Map<string, LayerEntry>()
  for (const entry of entries) {
    check(entry)
    if (isOther(tree.get(entry.path), entry)) {
      throw invalidParameter(`Two entries of the layer have the path '${entry.path}'`)
    }
    tree.set(entry.path, entry)
  }
  for (const entry of entries) {
    for (const folder of foldersOf(entry.path)) addFolder(tree, folder)
  }
  return [...tree.values()].sort((left, right) => Buffer.compare(sortKey(left), sortKey(right)))
}

/** The same folder may be planned by several. */
function isOther(known: LayerEntry | undefined, entry: LayerEntry): boolean {
  if (known === undefined) return false
  if (known.kind !== 'directory' || entry.kind !== 'directory') return true
  return known.mode !== entry.mode || known.owner !== entry.owner
}

function check({ path }: LayerEntry): void {
  const parts = path.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..') || path.includes('\0')) {
    throw invalidParameter(`'${path}' is not a path within an image, such as opt/headrace/main.js`)
  }
  if (parts.some((part) => part.startsWith(WHITEOUT))) {
    throw invalidParameter(
      `'${path}' cannot be in an image: there a name with ${WHITEOUT} in front removes a file. Rename it, or leave it out`,
    )
  }
}

/** `opt`, `opt/headrace` for `opt/headrace/main.js`. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'))
}

function addFolder(tree: Map<string, LayerEntry>, path: string): void {
  const known = tree.get(path)
  if (known !== undefined && known.kind !== 'directory') {
    throw invalidParameter(`'${path}' of the layer is a ${known.kind}, and there are entries below it`)
  }
  const folder: LayerDirectory = { kind: 'directory', path, mode: FOLDER_MODE }
  if (known === undefined) tree.set(path, folder)
}

/** Folders sort as what is in them does: `lib/` before `lib/x` and after `lib-x`. */
function sortKey({ kind, path }: LayerEntry): Buffer {
  return Buffer.from(kind === 'directory' ? `${path}/` : path)
}
