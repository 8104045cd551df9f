import { readFile, stat } from 'node:fs/promises'
import { listModelFiles, type ModelFile } from '../artifacts/model-files.ts'
import type { ArtifactTree, Content } from '../client/artifacts/artifact-tree.ts'
import { several } from '../client/artifacts/several.ts'
import { type ModelStamp, stampedMlModel } from './mlmodel-file.ts'
import type { ModelSource } from './place-model-files.ts'

const FILES_AT_ONCE = 8
const MLMODEL = 'MLmodel'

/** How far an upload is. */
export interface UploadProgress {
  readonly files: number
  readonly totalFiles: number
  readonly bytes: number
  readonly totalBytes: number
}

/** A file on its way. */
interface Upload {
  readonly name: string
  readonly content: Content
  readonly bytes: number
}

/**
 * Uploads a model's files with a stamped MLmodel file, which comes last: before it the tree is no model.
 * @throws ServingError where a file cannot be read, is no file of the model, or is not taken
 */
export async function uploadModelFiles(
  source: ModelSource,
  tree: ArtifactTree,
  stamp: ModelStamp,
  tell: (progress: UploadProgress) => void,
): Promise<void> {
  const mlmodel = await stampedFile(source, stamp)
  const files = (await listModelFiles(source.folder)).filter(({ name }) => name !== MLMODEL)
  const uploads = await Promise.all(files.map(uploadOf))
  const totalFiles = uploads.length + 1
  const totalBytes = [...uploads, mlmodel].reduce((sum, { bytes }) => sum + bytes, 0)
  let done = { files: 0, bytes: 0 }
  const send = async ({ name, content, bytes }: Upload): Promise<void> => {
    await tree.write(name, content)
    done = { files: done.files + 1, bytes: done.bytes + bytes }
    tell({ ...done, totalFiles, totalBytes })
  }
  await several(uploads, FILES_AT_ONCE, send)
  await send(mlmodel)
}

async function uploadOf({ name, path }: ModelFile): Promise<Upload> {
  return { name, content: { file: path }, bytes: (await stat(path)).size }
}

async function stampedFile({ folder, mlmodel }: ModelSource, stamp: ModelStamp): Promise<Upload> {
  const path = `${folder}/${MLMODEL}`
  const text = stampedMlModel(mlmodel ?? (await readFile(path, 'utf8')), path, stamp)
  const bytes = Buffer.from(text)
  return { name: MLMODEL, content: { bytes }, bytes: bytes.byteLength }
}
