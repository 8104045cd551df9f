import { invalidModel, messageOf, ServingError } from '../../core/errors.ts'
import type { Predictor } from '../../core/predictor.ts'
import type { Flavor, LoadOptions, ModelTraits } from '../flavor.ts'
import type { MlModel } from '../mlmodel.ts'
import { findModelFile, type ModelFile } from '../model-file.ts'
import { disableTelemetry, loadEngine } from './engine.ts'
import { OnnxPredictor } from './onnx-predictor.ts'
import { readSessionMetadata } from './session-metadata.ts'
import { sessionOptions } from './session-options.ts'

/** MLflow's `onnx` flavor, and bare `.onnx` files, run by onnxruntime on the CPU. */
export const flavor: Flavor = { name: 'onnx', inspect, load }

async function inspect(model: MlModel): Promise<ModelTraits> {
  disableTelemetry()
  const { bytes } = await findOnnxFile(model)
  return { unboundedRun: false, weightBytes: bytes }
}

async function load(model: MlModel, { intraOpThreads }: LoadOptions): Promise<Predictor> {
  const { path } = await findOnnxFile(model)
  const options = sessionOptions(model.flavorConfig['onnx_session_options'], intraOpThreads)
  const { InferenceSession } = await loadEngine()
  try {
    const session = await InferenceSession.create(path, options)
    return new OnnxPredictor(session, readSessionMetadata(session))
  } catch (error) {
    if (error instanceof ServingError) throw error
    throw invalidModel(`onnxruntime cannot load the model: ${messageOf(error)}`, { cause: error })
  }
}

function findOnnxFile(model: MlModel): Promise<ModelFile> {
  const data = model.flavorConfig['data']
  if (typeof data !== 'string') {
    throw invalidModel("The 'onnx' flavor of the MLmodel file names no model file ('data').")
  }
  return findModelFile(model.directory, data)
}
