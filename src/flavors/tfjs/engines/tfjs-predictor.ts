import type { Predictor } from '../../../core/predictor.ts'
import type { EngineName } from '../../engine-choice.ts'

/** The engines that are TF.js itself. */
export type TfjsBackend = Exclude<EngineName, 'onnxruntime'>

/** What TF.js holds in this thread, all models together, as it counts: texts it counts wrongly (4.22). */
export interface TfjsMemory {
  readonly tensors: number
  readonly bytes: number
}

/** A model that TF.js runs. */
export interface TfjsPredictor extends Predictor {
  /** What TF.js said of made-up inputs, where it took none of them: nobody knows whether the model answers. */
  readonly refusal: string | undefined
  memory(): TfjsMemory
}

export interface OpenTfjsOptions {
  /**
   * What is known of the model: whether each row is answered as if it were alone. Found out by two runs unless set,
   * which another thread that opened the same model can spare (its `batchable`).
   */
  readonly rowsIndependent?: boolean
  /**
   * Opens the model without running it, for one who will find out by runs of his own what it lacks. Rows are then run
   * together, however many they are.
   */
  readonly unexamined?: boolean
}
