import type { OutputMetadata, TensorMetadata } from '../../../core/predictor.ts'
import type { TfTensor } from './tensorflow.ts'

/** A model that TF.js has loaded. All calls are made in a turn of its backend. */
export interface Executable {
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
  /** What is run depends on values of all rows: no trial shows that rows are independent. */
  readonly mayMixRows: boolean
  /** @param inputs in the order of `inputs`. @returns tensors in the order of `outputs`. */
  run(inputs: readonly TfTensor[]): readonly TfTensor[] | Promise<readonly TfTensor[]>
  /** Frees the weights. */
  dispose(): void
}
