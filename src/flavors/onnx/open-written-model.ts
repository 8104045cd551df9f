import type { Predictor } from '../../core/predictor.ts'
import type { LoadOptions } from '../flavor.ts'
import { loadEngine, type Session } from './engine.ts'
import { loadFailure } from './load-failure.ts'
import { OnnxPredictor } from './onnx-predictor.ts'
import { readSessionMetadata } from './session-metadata.ts'
import { sessionOptions } from './session-options.ts'

/** An ONNX model that Headrace has written itself: one file, or its bytes. */
export type WrittenModel = { readonly path: string } | { readonly bytes: Uint8Array<ArrayBuffer> }

export interface WrittenModelOptions extends LoadOptions {
  /** false: a row's answer depends on the others, whatever the dimensions look like. True unless set. */
  readonly rowsIndependent?: boolean
}

/** Nothing of such a model is left open, and no output is a ZipMap's. */
const PLAIN = { summary: { inputs: [], outputs: [] }, zipMaps: [] }

/**
 * Opens a model that needs no checks, since no stranger wrote it.
 * @throws ServingError INVALID_PARAMETER_VALUE where onnxruntime does not take it
 */
export async function openWrittenModel(
  model: WrittenModel,
  { intraOpThreads, rowsIndependent = true }: WrittenModelOptions,
): Promise<Predictor> {
  try {
    const session = await open(model, intraOpThreads)
    const metadata = readSessionMetadata(session, PLAIN)
    return new OnnxPredictor(session, { ...metadata, batchable: metadata.batchable && rowsIndependent })
  } catch (error) {
    throw loadFailure(error)
  }
}

async function open(model: WrittenModel, intraOpThreads: number): Promise<Session> {
  const options = sessionOptions(undefined, intraOpThreads)
  const Session = await loadEngine()
  const session = new Session()
  if ('path' in model) session.loadModel(model.path, options)
  else session.loadModel(model.bytes.buffer, model.bytes.byteOffset, model.bytes.byteLength, options)
  return session
}
