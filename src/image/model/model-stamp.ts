import { stat } from 'node:fs/promises'
import type { ModelFile } from '../../artifacts/model-files.ts'
import { unusableFile } from '../../core/errors.ts'
import { filesOfFolder } from './image-model-files.ts'

/**
 * What the file system says of a model's files without reading them: their names, sizes, places and times of writing. A model that was
 * written to has another stamp.
 * @param path of a model folder, a bare .onnx file or a model.json; of a bare file that one alone
 * @throws ServingError INVALID_PARAMETER_VALUE where a link leads out of the folder, INVALID_STATE where a file cannot be read
 */
export async function stampOf(path: string): Promise<string> {
  const isFolder = (await stat(path).catch(cannotRead(path))).isDirectory()
  const files = isFolder ? await filesOfFolder(path) : [{ name: '', path }]
  return JSON.stringify(await Promise.all(files.map(stampOfFile)))
}

/** @throws ServingError INVALID_STATE where files of the model were written since it was stamped, or are gone */
export async function expectUnchanged(path: string, stamp: string): Promise<void> {
  if ((await stampOf(path)) === stamp) return
  throw unusableFile(`${path} was written to while the image was being built: build it again`)
}

async function stampOfFile({ name, path }: ModelFile): Promise<readonly string[]> {
  const { size, ino, mtimeNs } = await stat(path, { bigint: true }).catch(cannotRead(path))
  return [name, path, ...[size, ino, mtimeNs].map(String)]
}

function cannotRead(path: string): (cause: unknown) => never {
  return (cause) => {
    throw unusableFile(`${path} of the model cannot be read`, cause)
  }
}
