import type { MlModel } from './mlmodel.ts'

/** What the scoring protocol leaves to the flavor. Unset is as MLflow's onnx flavor has it. */
export interface ScoringHabits {
  /** Numbers of any dtype are cast to that of a model's input where they fit. */
  readonly castsNumbers?: boolean
  /** A frame is answered with one record a row, in which an output of several values is a list. */
  readonly recordPerRow?: boolean
}

/**
 * MLflow has no TF.js flavor whose answers could be kept to. Its models take numbers as JavaScript has them: without a
 * signature MLflow gives a flavor what NumPy made of a request, and its onnx flavor refuses whole numbers for float inputs.
 * And a row has an answer of its own, where the onnx flavor makes a record of every single value.
 */
export function scoringHabits({ flavor, signature }: Pick<MlModel, 'flavor' | 'signature'>): ScoringHabits {
  return flavor === 'tfjs' ? { castsNumbers: signature === undefined, recordPerRow: true } : {}
}
