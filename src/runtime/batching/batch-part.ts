import type { TensorMap } from '../../core/tensor.ts'
import { sliceRows } from '../../core/tensor-rows.ts'
import type { BatchCall } from './batch-call.ts'

/** Rows of one call that are in one run: all of them, mostly. */
export class BatchPart {
  readonly call: BatchCall
  /** The first row, and the one after the last. */
  readonly from: number
  readonly to: number
  /** It was in a run under which a worker died, and may not be in another one. */
  survivor = false

  constructor(call: BatchCall, from: number, to: number) {
    this.call = call
    this.from = from
    this.to = to
  }

  get rows(): number {
    return this.to - this.from
  }

  /** Whether it is the whole call. */
  get whole(): boolean {
    return this.to - this.from === this.call.rows
  }

  inputs(): TensorMap {
    return this.whole ? this.call.inputs : sliceRows(this.call.inputs, this.from, this.to)
  }
}
