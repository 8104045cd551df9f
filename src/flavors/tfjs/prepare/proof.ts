import type { Predictor } from '../../../core/predictor.ts'
import type { EngineProof } from '../../flavor.ts'
import type { ProvableInput } from '../trial/seeded-inputs.ts'

/** What is to be proved of a model. */
export interface ProofSubject {
  readonly inputs: readonly ProvableInput[]
  /** Names of outputs that are the same whatever the inputs are. */
  readonly constantOutputs: ReadonlySet<string>
  /** What a run on inputs of these shapes has too much of to be tried; undefined where it can be. */
  readonly excess: (shapes: ReadonlyMap<string, readonly number[]>) => string | undefined
}

/** The two that are to be equal. */
export interface ProofSides {
  readonly reference: Predictor
  readonly candidate: Predictor
}

/** What was shown. */
export interface Proof extends EngineProof {
  /** Whether rows are answered as if each were alone. Trivially true where the number of rows is fixed. */
  readonly rowsIndependent: boolean
}

export type ProofResult =
  | { readonly equal: true; readonly proof: Proof }
  | {
      readonly equal: false
      /** A difference was found; false where nothing could be shown. */
      readonly differs: boolean
      /** `its output 'y' differs from TF.js's by 3 % (row 2 of 3, scale 30)` */
      readonly reason: string
      /** Nobody may find out: not even the least run is one that is only tried. */
      readonly isTooLarge: boolean
    }
