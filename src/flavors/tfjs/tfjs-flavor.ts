import type { Predictor } from '../../core/predictor.ts'
import type { Flavor, LoadOptions, PreparedModel, PrepareOptions } from '../flavor.ts'
import type { MlModel } from '../mlmodel.ts'

/**
 * TF.js models: compiled to ONNX and run by onnxruntime where they are proved to be equal there, run by TF.js itself
 * where not.
 */
export const flavor: Flavor = { name: 'tfjs', prepare, load }

async function prepare(model: MlModel, _options: PrepareOptions = {}): Promise<PreparedModel> {
  throw new Error(`not prepared yet: ${model.directory}`)
}

async function load(model: PreparedModel, _options: LoadOptions): Promise<Predictor> {
  throw new Error(`not loaded yet: ${model.directory}`)
}
