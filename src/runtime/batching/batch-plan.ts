import type { TensorMap } from '../../core/tensor.ts'
import type { RowJoining } from './row-joining.ts'

/** What the tests and measurements of a model allow its batcher to do. */
export interface BatchPlan {
  /** Numbers of rows that a run may have, ascending: those that were warmed. The last one is `maxBatchRows`. */
  readonly sizes: readonly number[]
  readonly joining: RowJoining
  /** The predicted time of a run of so many rows, in milliseconds. */
  runMs(rows: number): number
  /** The most rows of a run of rows like those of `inputs`, where that goes with their length. */
  mostRowsFor?(inputs: TensorMap): number
}
