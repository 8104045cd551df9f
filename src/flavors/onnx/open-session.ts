import type { InferenceSession } from 'onnxruntime-node'
import { loadEngine, type Session } from './engine.ts'
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
): Promise<Session> {
  const Session = await loadEngine()
  const session = new Session()
  if (rewritten === undefined) {
    session.loadModel(path, options)
    return session
  }
  const extra = { ...options.extra, [EXTERNAL_DATA_FOLDER]: directory }
  const { buffer, byteOffset, byteLength } = rewritten
  session.loadModel(buffer, byteOffset, byteLength, { ...options, extra })
  return session
}
