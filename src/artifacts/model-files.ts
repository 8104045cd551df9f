import { createHash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { copyFile, lstat, open, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { invalidModel, messageOf, unusableFile } from '../core/errors.ts'
import { makeFolders } from '../files/make-folders.ts'

/** MLflow writes this into a model's folder when it downloads it from a registry; it is not part of the model. */
const DOWNLOAD_NOTE = 'registered_model_meta'

/** A file of a model: its path in the model's folder (with `/`), and where its content lies. */
export interface ModelFile {
  readonly name: string
  readonly path: string
}

/**
 * Copies a model's folder to `target`, which must not exist, as fresh regular files: links are replaced by what
 * they lead to. Everything is on the disk when it returns.
 * @throws ServingError INVALID_PARAMETER_VALUE where a link leads out of the folder or a file is no file
 */
export async function copyModelFiles(folder: string, target: string): Promise<void> {
  const folders = new Set([target])
  await makeFolders(target)
  for (const file of await listModelFiles(folder)) {
    const copy = join(target, file.name)
    await makeFolders(dirname(copy))
    folders.add(dirname(copy))
    await copyFile(file.path, copy, constants.COPYFILE_EXCL)
    await flush(copy)
  }
  for (const written of folders) await flush(written)
}

/** Waits until a file's content, or a folder's list of names, is on the disk. */
export async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** `sha256:…` over the names and contents of a model's files: equal for equal models, wherever they lie. */
export async function digestModelFiles(folder: string): Promise<string> {
  return await digestOfFiles(await listModelFiles(folder))
}

/**
 * `digestModelFiles` of files that were listed, in the order of their names.
 * @throws ServingError INVALID_STATE where one cannot be read
 */
export async function digestOfFiles(files: readonly ModelFile[]): Promise<string> {
  const whole = createHash('sha256')
  for (const file of files) {
    const content = createHash('sha256')
    await pipeline(createReadStream(file.path), content).catch(cannotRead(file.path))
    whole.update(`${JSON.stringify(file.name)} ${content.digest('hex')}\n`)
  }
  return `sha256:${whole.digest('hex')}`
}

/**
 * The files of a model in the order of their names; links are what they lead to.
 * @throws ServingError INVALID_PARAMETER_VALUE where a link leads out of the folder, a file is no file or has a name that is not UTF-8,
 *   INVALID_STATE where a folder cannot be read
 */
export async function listModelFiles(folder: string): Promise<readonly ModelFile[]> {
  const root = await realpath(folder)
  const files: ModelFile[] = []
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(cannotRead(root))
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(root, path).split(sep).join('/')
    if (entry.isDirectory() || name === DOWNLOAD_NOTE) continue
    files.push({ name, path: await contentPath(root, path) })
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function contentPath(root: string, path: string): Promise<string> {
  const found = await lstat(path).catch((cause: unknown) => {
    // Node puts this character where a name is not UTF-8, so that there is no file of the name that it gives.
    if (path.includes('\uFFFD'))
      throw invalidModel(`The name of ${path} is not UTF-8`, { details: { path }, cause })
    return cannotRead(path)(cause)
  })
  if (found.isFile()) return path
  if (!found.isSymbolicLink())
    throw invalidModel(`${path} is neither a file nor a folder`, { details: { path } })
  const target = await realpath(path).catch((cause: unknown) => {
    throw invalidModel(`${path} is a link that leads nowhere`, { details: { path }, cause })
  })
  if (target.startsWith(root + sep) && (await stat(target)).isFile()) return target
  throw invalidModel(`${path} is a link to ${target}, which is not a file of the model`, {
    details: { path },
  })
}

function cannotRead(path: string): (cause: unknown) => never {
  return (cause) => {
    throw unusableFile(`${path} of the model cannot be read: ${messageOf(cause)}`, cause)
  }
}
