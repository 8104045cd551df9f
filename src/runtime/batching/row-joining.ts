import type { TensorMap } from '../../core/tensor.ts'

/** How the rows of several requests become the inputs of one run, and its outputs theirs again. */
export interface RowJoining {
  /** Whether rows of `a` and of `b` may go into one run: same names, datatypes and, as far as it matters, row shapes. */
  fits(a: TensorMap, b: TensorMap): boolean
  /** One map with the rows of all `parts`, in their order; each pair of them fits. */
  join(parts: readonly TensorMap[]): TensorMap
  /** For each of `parts` its own rows of what a run of the joined ones gave. */
  split(outputs: TensorMap, parts: readonly TensorMap[]): readonly TensorMap[]
}
