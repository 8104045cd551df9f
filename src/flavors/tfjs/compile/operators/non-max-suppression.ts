import { type Operator, operator } from '../graph/operator.ts'
import { type Dimension, knownIntegers, type Shape, type Value } from '../graph/value.ts'
import type { Lowering } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'
import { asInt32, asInt64 } from './shape-vector.ts'

export interface SuppressionAttributes {
  /** A box goes where it overlaps a better one by so much or more. */
  readonly iouThreshold: number
  /** A box goes where its score is not above. */
  readonly scoreThreshold: number
}

/** Operands of all: boxes (n, 4), scores (n), how many boxes stay at most. The first result: indices of boxes. */

export const nonMaxSuppression = operator<SuppressionAttributes>({
  name: 'NonMaxSuppressionV3',
  semantics: 'TensorFlow NonMaxSuppressionV3, TF.js nonMaxSuppressionImpl_',
  infer: (operands, attributes) => {
    check(operands, attributes)
    return [{ type: 'int32', shape: [null] }]
  },
  lower: (lowering, { operands, attributes, results }) => {
    lowering.define(results[0]!, asInt32(lowering, selected(lowering, operands, attributes)))
  },
})

/** Zeros fill the indices up to the most there can be; the second result is how many are not filling. */
export const nonMaxSuppressionPadded: Operator<SuppressionAttributes> = operator({
  name: 'NonMaxSuppressionV4',
  semantics: 'TensorFlow NonMaxSuppressionV4 with pad_to_max_output_size, TF.js nonMaxSuppressionImpl_',
  infer: (operands, attributes) => {
    check(operands, attributes)
    return [
      { type: 'int32' as const, shape: paddedShape(operands) },
      { type: 'int32' as const, shape: [] },
    ]
  },
  lower: (lowering, { operands, attributes, results }) => {
    const { onnx } = lowering
    const indices = selected(lowering, operands, attributes)
    const count = onnx.node('Shape', [indices])
    const boxes = onnx.node('Shape', [lowering.channelsLast(operands[1]!)])
    const most = onnx.node('Min', [mostName(lowering, operands[2]!), boxes])
    const pads = onnx.node('Concat', [onnx.integers([0]), onnx.node('Sub', [most, count])], { axis: 0 })
    lowering.define(results[0]!, onnx.node('Pad', [asInt32(lowering, indices), pads]))
    lowering.define(results[1]!, asInt32(lowering, onnx.node('Squeeze', [count, onnx.integers([0])])))
  },
})

/** The second result: the scores of the boxes. */
export const nonMaxSuppressionWithScores: Operator<SuppressionAttributes> = operator({
  name: 'NonMaxSuppressionV5',
  semantics: 'TensorFlow NonMaxSuppressionV5 with a sigma of 0, TF.js nonMaxSuppressionImpl_',
  infer: (operands, attributes) => {
    check(operands, attributes)
    return [
      { type: 'int32' as const, shape: [null] },
      { type: 'float32' as const, shape: [null] },
    ]
  },
  lower: (lowering, { operands, attributes, results }) => {
    const indices = selected(lowering, operands, attributes)
    const scores = lowering.onnx.node('Gather', [lowering.channelsLast(operands[1]!), indices])
    lowering.define(results[0]!, asInt32(lowering, indices))
    lowering.define(results[1]!, scores)
  },
})

function check(
  [boxes, scores]: readonly Value[],
  { iouThreshold, scoreThreshold }: SuppressionAttributes,
): void {
  if (boxes!.type !== 'float32' || scores!.type !== 'float32')
    throw new NotCompiled('boxes or scores that are not float32')
  if (boxes!.shape.length !== 2 || ![4, null].includes(boxes!.shape[1]!) || scores!.shape.length !== 1)
    throw new NotCompiled('boxes that are not (n, 4), or scores that are not (n)')
  // TF.js drops boxes that only touch a better one where the threshold is 0; onnxruntime has no word for that.
  if (!(iouThreshold > 0 && iouThreshold <= 1)) throw new NotCompiled(`an IOU threshold of ${iouThreshold}`)
  if (Number.isNaN(scoreThreshold)) throw new NotCompiled('a score threshold that is no number')
}

function paddedShape([, scores, most]: readonly Value[]): Shape {
  const count = scores!.shape[0] as Dimension
  const limit = knownIntegers(most!)?.[0]
  return [count === null || limit === undefined ? null : Math.min(count, limit)]
}

function selected(
  lowering: Lowering,
  [boxes, scores, most]: readonly Value[],
  { iouThreshold, scoreThreshold }: SuppressionAttributes,
): string {
  const { onnx } = lowering
  const rows = onnx.node('NonMaxSuppression', [
    onnx.node('Unsqueeze', [lowering.channelsLast(boxes!), onnx.integers([0])]),
    onnx.node('Unsqueeze', [lowering.channelsLast(scores!), onnx.integers([0, 1])]),
    mostName(lowering, most!),
    onnx.scalar('float32', nextBelow(iouThreshold)),
    onnx.scalar('float32', scoreThreshold),
  ])
  return onnx.node('Gather', [rows, onnx.integer(2)], { axis: 1 })
}

function mostName(lowering: Lowering, most: Value): string {
  return lowering.onnx.node('Reshape', [asInt64(lowering, most), lowering.onnx.integers([1])])
}

/** The next smaller float32: "at least so much" is "more than a little less" in onnxruntime's words. */
function nextBelow(value: number): number {
  const bits = new Int32Array(Float32Array.of(value).buffer)
  bits[0]! -= 1
  return new Float32Array(bits.buffer)[0]!
}
