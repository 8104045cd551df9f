import { constants } from 'node:fs'
import { chmod, copyFile, mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { copyModelFiles, flush } from '../../../artifacts/model-files.ts'
import { alreadyExists } from '../../../core/errors.ts'
import type { ResolvedModel } from '../../../core/resolved-model.ts'
import { makeFolders } from '../../../files/make-folders.ts'
import { print, printJson } from '../../output.ts'
import type { DownloadOptions } from './options.ts'
import { withResolver } from './registry.ts'

/** Sees that a model is on this machine, in the cache or in a folder of its own, and prints its path. */
export async function download(uri: string, options: DownloadOptions): Promise<void> {
  const target = options.dstPath === undefined ? undefined : resolve(options.dstPath)
  if (target !== undefined) await requireFree(target)
  const model = await withResolver(options, async (client) => {
    const resolved = await client.resolve(uri)
    return target === undefined ? resolved : { ...resolved, path: await place(resolved, target) }
  })
  if (options.json) printJson(model)
  else print(model.path)
}

/** @throws ServingError RESOURCE_ALREADY_EXISTS where something else would be mixed with the model */
async function requireFree(target: string): Promise<void> {
  const found = await stat(target).catch(() => undefined)
  if (found === undefined) return
  if (found.isDirectory() && (await readdir(target)).length === 0) return
  throw alreadyExists(`${target} is there already and is not an empty folder: nothing was downloaded`)
}

/** Copies the files beside the target and renames them when all are on the disk. @returns the model's path there */
async function place({ path }: ResolvedModel, target: string): Promise<string> {
  const isFolder = (await stat(path)).isDirectory()
  const draft = join(dirname(target), `.${basename(target)}.${crypto.randomUUID()}.tmp`)
  await makeFolders(dirname(target))
  try {
    await (isFolder ? copyModelFiles(path, draft) : copySingle(path, draft))
    await openToOthers(draft)
    await rmdir(target).catch(() => undefined)
    await rename(draft, target)
    await flush(dirname(target))
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return isFolder ? target : join(target, basename(path))
}

/** The cache's files are for its owner alone; these are like any that the user makes. */
async function openToOthers(folder: string): Promise<void> {
  const mode = 0o666 & ~process.umask()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await chmod(join(entry.parentPath, entry.name), mode)
  }
}

async function copySingle(path: string, folder: string): Promise<void> {
  const copy = join(folder, basename(path))
  await mkdir(folder)
  await copyFile(path, copy, constants.COPYFILE_EXCL)
  await flush(copy)
  await flush(folder)
}
