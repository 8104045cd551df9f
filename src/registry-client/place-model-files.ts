import { lstat, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type LocalPlaces, localPathsOf } from '../artifacts/local-artifacts.ts'
import { copyModelFiles, flush } from '../artifacts/model-files.ts'
import { invalidModel, messageOf } from '../core/errors.ts'
import { makeFolders } from '../files/make-folders.ts'
import { type ModelStamp, stampMlModel } from './mlmodel-file.ts'

/** A draft is `m-<id>.<uuid>.tmp` beside the folder that it becomes. */
const DRAFT_NAME = /^m-[0-9a-f]{32}\.[0-9a-f-]{36}\.tmp$/
/** Nobody copies a model for so long: whoever began the draft is gone. */
const OLD_DRAFT_MS = 24 * 60 * 60 * 1000

/** The real path of a model's folder. @throws ServingError INVALID_PARAMETER_VALUE where it has no MLmodel file */
export async function modelFolder(path: string): Promise<string> {
  try {
    const folder = await realpath(path)
    await realpath(join(folder, 'MLmodel'))
    return folder
  } catch (cause) {
    throw invalidModel(`${path} is not a model folder: it has no MLmodel file (${messageOf(cause)})`, {
      cause,
    })
  }
}

/** Where the files of a logged model go on this machine. @throws ServingError */
export function targetFolder(location: string, places: LocalPlaces): string {
  const [target] = localPathsOf(location, places)
  if (target !== undefined) return target
  throw invalidModel(`The Default experiment's artifact location ${location} is not on this machine`)
}

export interface ModelSource {
  readonly folder: string
  /** Text of the MLmodel file where the folder has none. */
  readonly mlmodel: string | undefined
}

/**
 * Copies a model's files to `target` and stamps them. They are written under a name that nothing reads, and
 * renamed when all of them are on the disk.
 */
export async function placeModelFiles(
  { folder, mlmodel }: ModelSource,
  target: string,
  stamp: ModelStamp,
): Promise<void> {
  const draft = `${dirname(target)}.${crypto.randomUUID()}.tmp`
  await removeOldDrafts(dirname(dirname(target)))
  try {
    await copyModelFiles(folder, draft)
    if (mlmodel !== undefined) await writeFile(join(draft, 'MLmodel'), mlmodel, { flag: 'wx' })
    await stampMlModel(join(draft, 'MLmodel'), stamp)
    await makeFolders(dirname(target))
    await rename(draft, target)
    await flush(dirname(target))
    await flush(dirname(dirname(target)))
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** Removes what a process that ended in the middle of copying has left in the folder `models`. */
async function removeOldDrafts(models: string): Promise<void> {
  const names = await readdir(models).catch(() => [])
  for (const name of names.filter((found) => DRAFT_NAME.test(found))) {
    const path = join(models, name)
    try {
      const { mtimeMs } = await lstat(path)
      if (Date.now() - mtimeMs > OLD_DRAFT_MS) await rm(path, { recursive: true, force: true })
    } catch {
      // Another process removes it too, or it belongs to somebody else: it only takes up room.
    }
  }
}

/** Removes the folder of the logged model, whose only content is the `artifacts` folder `target`. */
export async function removeModelFiles(target: string): Promise<void> {
  await rm(dirname(target), { recursive: true, force: true })
}
