import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { invalidParameter, invalidState } from '../../core/errors.ts'
import { makeFolders } from '../../files/make-folders.ts'
import type { ImageConfig } from '../image.ts'
import type { LayerFile, LayerPlan } from '../layer-plan.ts'
import { cannotWrite, writeBeside } from '../oci/write-beside.ts'
import { dockerfileText, dockerignoreText, FIRST_LINE } from './dockerfile-text.ts'

/** What a folder has to hold to be built by docker, podman or buildah. */
export interface ContextPlan {
  readonly config: ImageConfig
  readonly base: string
  /** The lowest first. */
  readonly layers: readonly LayerPlan[]
  /** Called when the layers' files were copied: what it throws is the outcome. */
  readonly expectUnchanged?: () => Promise<void>
}

const DOCKERFILE = 'Dockerfile'
const DOCKERIGNORE = '.dockerignore'
const FOLDER_MODE = 0o755

/** What an earlier one may have written; another folder that its Dockerfile copies is the user's. */
const TREES: ReadonlySet<string> = new Set(['headrace', 'onnxruntime', 'bill-of-materials', 'model'])

/**
 * Writes a Dockerfile and what it copies. Of an earlier one that Headrace wrote into the same folder nothing stays, and nothing of
 * what fails.
 * @throws ServingError INVALID_PARAMETER_VALUE where the folder holds something else, or a value cannot be written; INVALID_STATE
 * or RESOURCE_EXHAUSTED where the folder cannot be written; the signal's reason
 */
export async function writeContext(
  folder: string,
  { config, base, layers, expectUnchanged }: ContextPlan,
  signal: AbortSignal,
): Promise<void> {
  const trees = layers.map(treeOf)
  const text = dockerfileText({ config, base, trees })
  try {
    await makeRoom(folder, trees)
    await writeAll(folder, { layers, text, ...(expectUnchanged && { expectUnchanged }) }, signal)
  } catch (error) {
    throw cannotWrite(folder, error)
  }
}

async function writeAll(
  folder: string,
  {
    layers,
    text,
    expectUnchanged,
  }: Pick<ContextPlan, 'layers' | 'expectUnchanged'> & { readonly text: string },
  signal: AbortSignal,
): Promise<void> {
  const trees = layers.map(treeOf)
  try {
    for (const layer of layers) await writeTree(join(folder, treeOf(layer)), layer, signal)
    await expectUnchanged?.()
    await writeFile(join(folder, DOCKERIGNORE), dockerignoreText(trees))
    // The last: a folder without it is not complete.
    await writeFile(join(folder, DOCKERFILE), text)
  } catch (error) {
    for (const name of [...trees, DOCKERIGNORE, DOCKERFILE]) {
      await rm(join(folder, name), { recursive: true, force: true })
    }
    throw error
  }
}

/** `bill-of-materials` */
function treeOf({ title }: LayerPlan): string {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, '-')
}

async function makeRoom(folder: string, trees: readonly string[]): Promise<void> {
  await makeFolders(folder)
  const names = await readdir(folder)
  if (names.length === 0) return
  const text = await readFile(join(folder, DOCKERFILE), 'utf8').catch(() => '')
  if (!text.startsWith(FIRST_LINE)) {
    throw invalidParameter(`'${folder}' holds other files than those of \`headrace generate-dockerfile\``)
  }
  const copied = [...text.matchAll(/^COPY ([a-z0-9-]+)\/ \/$/gm)].map(([, tree = '']) => tree)
  const earlier = copied.filter((tree) => TREES.has(tree))
  await rm(join(folder, DOCKERFILE))
  for (const tree of new Set([...earlier, ...trees])) {
    await rm(join(folder, tree), { recursive: true, force: true })
  }
}

async function writeTree(tree: string, { entries, title }: LayerPlan, signal: AbortSignal): Promise<void> {
  for (const entry of entries) {
    if (entry.kind === 'link') throw invalidState(`this is a bug: the layer '${title}' has a link`)
    const path = join(tree, entry.path)
    if (entry.kind === 'directory') await makeFolder(tree, path)
    else await writeEntry(tree, path, entry, signal)
  }
}

async function writeEntry(tree: string, path: string, entry: LayerFile, signal: AbortSignal): Promise<void> {
  const { mode, open } = entry
  await makeFolder(tree, dirname(path))
  await writeBeside(path, open(), { mode, signal })
  await chmod(path, mode)
}

/** With modes that are copied into the image, where everybody may read, whatever the user's umask is. */
async function makeFolder(tree: string, path: string): Promise<void> {
  await makeFolders(path)
  for (let each = path; each.length >= tree.length; each = dirname(each)) await chmod(each, FOLDER_MODE)
}
