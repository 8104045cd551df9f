import { notImplemented } from '../../../core/errors.ts'
import type { Predictor } from '../../../core/predictor.ts'
import type { EngineName } from '../../engine-choice.ts'
import type { ModelArtifacts } from '../artifacts/model-artifacts.ts'

/** The engines that are TF.js itself. */
export type TfjsBackend = Exclude<EngineName, 'onnxruntime'>

/** What TF.js holds in this thread, all models together. */
export interface TfjsMemory {
  readonly tensors: number
  readonly bytes: number
}

/** A model that TF.js runs. */
export interface TfjsPredictor extends Predictor {
  memory(): TfjsMemory
}

export interface OpenTfjsOptions {
  /**
   * What is known of the model: whether each row is answered as if it were alone. Found out by two runs unless set,
   * which another thread that opened the same model can spare (its `batchable`).
   */
  readonly rowsIndependent?: boolean
}

/**
 * Opens a model in TF.js, in the calling thread. A thread has one backend: all its models are opened with the same.
 * @throws MissingKernel where the backend cannot run the model; ServingError INVALID_PARAMETER_VALUE where the model
 *   is broken, or the package of the backend is not there.
 */
export async function openTfjs(
  _artifacts: ModelArtifacts,
  backend: TfjsBackend,
  _options: OpenTfjsOptions = {},
): Promise<TfjsPredictor> {
  throw notImplemented(`The engine ${backend} is not there yet`)
}
