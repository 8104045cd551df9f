import type { InferenceSession } from 'onnxruntime-node'
import { loadEngine } from './engine.ts'
import type { OnnxFile } from './onnx-file.ts'

/** onnxruntime's `kOrtSessionOptionsModelExternalInitializersFileFolderPath`. */
const EXTERNAL_DATA_FOLDER = 'session.model_external_initializers_file_folder_path'

/**
 * Opens a model by its path: of a model given as bytes onnxruntime takes the process's working directory for the
 * folder of the external data. A rewritten model exists as bytes only, so that folder is named to it.
 */
export async function openSession(
  { path, directory, rewritten }: OnnxFile,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  const { InferenceSession } = await loadEngine()
  if (rewritten === undefined) return await InferenceSession.create(path, options)
  const extra = { ...options.extra, [EXTERNAL_DATA_FOLDER]: directory }
  return await InferenceSession.create(rewritten, { ...options, extra })
}
