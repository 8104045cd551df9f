import type { GraphBuilder } from '../../../../../fixtures/tfjs/graph-builder.ts'

/** A small graph that has to be compiled, and to give what TF.js gives. */
export interface GraphCase {
  readonly title: string
  /** Builds inputs and nodes. @returns the tensors that are outputs. */
  readonly build: (graph: GraphBuilder) => string | readonly string[]
  /** Sizes of free dimensions; 1 and 3 where absent. */
  readonly free?: readonly number[]
}
