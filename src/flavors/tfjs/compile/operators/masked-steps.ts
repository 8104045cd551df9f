import type { Value } from '../graph/value.ts'
import type { Lowering } from '../lower/lowering.ts'
import type { OnnxGraph } from '../onnx/onnx-graph.ts'

/**
 * Steps of which a mask leaves some out. A recurrent layer keeps its states over those, so that it may as well go
 * through the others alone: they are put in front, in their order, and each step of the result is that after as many.
 */
export interface Compacted {
  /** (rows, steps, features), the steps that count in front. */
  readonly x: string
  /** How many steps count up to each, that one included: (rows, steps), int64. */
  readonly counts: string
  /** How many count in each row: int32. */
  readonly lengths: string
}

export interface AllSteps {
  /** (rows, steps, units) */
  readonly steps: string
  /** (rows, units), what is before the first step; 0 where absent. */
  readonly initial: string | undefined
}

/** More than any number of steps. */
const BEYOND = 2 ** 40

/** @param mask (rows, steps), bool. */
export function compacted(lowering: Lowering, x: Value, mask: Value): Compacted {
  const { onnx } = lowering
  const marks = onnx.cast(lowering.channelsLast(mask), 'int64')
  const counts = onnx.node('CumSum', [marks, onnx.integer(1)])
  const order = inFront(onnx, marks)
  const pairs = onnx.node('Unsqueeze', [order, onnx.integers([2])])
  const last = onnx.node('Gather', [counts, onnx.integer(-1)], { axis: 1 })
  return {
    x: onnx.node('GatherND', [lowering.channelsLast(x), pairs], { batch_dims: 1 }),
    counts,
    lengths: onnx.cast(last, 'int32'),
  }
}

/** Where the steps come from: those that count from the first on, then the others. */
function inFront(onnx: OnnxGraph, marks: string): string {
  const steps = onnx.node('Gather', [onnx.node('Shape', [marks]), onnx.integers([1])])
  const length = onnx.node('Squeeze', [steps, onnx.integers([0])])
  const places = onnx.node('Range', [onnx.integer(0), length, onnx.integer(1)])
  const ranks = onnx.node('Sub', [onnx.node('Mul', [marks, onnx.integer(BEYOND)]), places])
  return onnx.nodeOf(2, { type: 'TopK', inputs: [ranks, steps], attributes: { axis: 1 } })[1]!
}

/** What there is after each step of the input: (rows, steps, units). */
export function stepsAfter(onnx: OnnxGraph, all: AllSteps, { counts }: Compacted): string {
  const pairs = onnx.node('Unsqueeze', [counts, onnx.integers([2])])
  return onnx.node('GatherND', [withInitial(onnx, all), pairs], { batch_dims: 1 })
}

/** What there is after the last step: (rows, units). */
export function lastStep(onnx: OnnxGraph, all: AllSteps, { counts }: Compacted): string {
  const last = onnx.node('Gather', [counts, onnx.integers([-1])], { axis: 1 })
  return onnx.node('GatherND', [withInitial(onnx, all), last], { batch_dims: 1 })
}

function withInitial(onnx: OnnxGraph, { steps, initial }: AllSteps): string {
  if (initial === undefined)
    return onnx.node('Pad', [steps, onnx.integers([0, 1, 0, 0, 0, 0]), onnx.scalar('float32', 0)])
  const first = onnx.node('Unsqueeze', [initial, onnx.integers([1])])
  return onnx.node('Concat', [first, steps], { axis: 1 })
}
