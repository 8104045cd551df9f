import { createWriteStream } from 'node:fs'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { invalidParameter, messageOf, notFound } from '../../core/errors.ts'
import { makeFolders } from '../../files/make-folders.ts'
import type { CallOptions } from '../connection-options.ts'
import { joined, segmentsOf } from './artifact-path.ts'
import type { ArtifactTree } from './artifact-tree.ts'
import { several } from './several.ts'

const FILES_AT_ONCE = 8

/** Copies a file, or a folder with all below it, to its place below `folder`. @returns the local path of it */
export async function download(
  tree: ArtifactTree,
  path: string,
  folder: string,
  call?: CallOptions,
): Promise<string> {
  const files = await filesBelow(tree, path, call)
  const target = join(folder, ...segmentsOf(path))
  if (files.length === 0 && path !== '') await downloadFile(tree, path, target, call)
  else {
    await makeFolders(target)
    await several(files, FILES_AT_ONCE, (file) =>
      downloadFile(tree, file, join(folder, ...segmentsOf(file)), call),
    )
  }
  return target
}

/** Copies a file into a folder of the tree. */
export async function uploadFile(
  tree: ArtifactTree,
  file: string,
  folder: string,
  call?: CallOptions,
): Promise<void> {
  const found = await stat(file).catch((error: unknown) => {
    throw notFound(`${file} cannot be read: ${messageOf(error)}`)
  })
  if (found.isDirectory()) throw invalidParameter(`${file} is a folder: log it with logArtifacts`)
  await tree.write(joined(folder, basename(file)), { file }, call)
}

/** Copies what is in a local folder into a folder of the tree. */
export async function uploadFolder(
  tree: ArtifactTree,
  source: string,
  folder: string,
  call?: CallOptions,
): Promise<void> {
  const found = await stat(source).catch(() => undefined)
  if (found?.isDirectory() !== true) throw invalidParameter(`${source} is no folder`)
  const files = await localFiles(source, '')
  await several(files, FILES_AT_ONCE, (path) =>
    tree.write(joined(folder, path), { file: join(source, path) }, call),
  )
}

/** The paths of all files of a folder; of a file, which has nothing in it, none. */
async function filesBelow(
  tree: ArtifactTree,
  path: string,
  call: CallOptions | undefined,
): Promise<readonly string[]> {
  const files: string[] = []
  for (const entry of await tree.list(path, call)) {
    if (entry.path === path) return []
    if (entry.isDir) files.push(...(await filesBelow(tree, entry.path, call)))
    else files.push(entry.path)
  }
  return files
}

/** Written beside and renamed: what is there is whole. */
async function downloadFile(
  tree: ArtifactTree,
  path: string,
  target: string,
  call: CallOptions | undefined,
): Promise<void> {
  const content = await tree.read(path, call)
  const draft = join(dirname(target), `.${crypto.randomUUID()}.tmp`)
  await makeFolders(dirname(target))
  try {
    await pipeline(content, createWriteStream(draft, { flags: 'wx' }))
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** Links to files count as files; links to folders are left out, as by MLflow. */
async function localFiles(root: string, folder: string): Promise<readonly string[]> {
  const files: string[] = []
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = joined(folder, entry.name)
    if (entry.isDirectory()) files.push(...(await localFiles(root, path)))
    else if (entry.isFile() || (await isFile(join(root, path)))) files.push(path)
  }
  return files
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true
}
