import { broadcastShape } from '../graph/broadcast.ts'
import { expectFloats } from '../graph/element-types.ts'
import { operator } from '../graph/operator.ts'
import type { ConstantData, Value } from '../graph/value.ts'
import type { Lowering } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'

export interface BatchNormAttributes {
  readonly epsilon: number
}

/** `(x, scale, offset, mean, variance)`: the last four have one element a channel, the last dimension of `x`. */
export const batchNorm = operator<BatchNormAttributes>({
  name: 'FusedBatchNorm',
  semantics: 'TensorFlow FusedBatchNormV3 (inference), Keras BatchNormalization',
  infer: (operands) => {
    expectFloats(operands)
    const [x, ...parameters] = operands
    for (const { shape } of parameters) expectChannels(x!, shape)
    return [{ type: 'float32', shape: x!.shape }]
  },
  lower: (lowering, { operands, attributes, results }) => {
    const [x, ...parameters] = operands
    const isMatrix = x!.shape.length === 2
    if (isMatrix || lowering.layoutOf(x!) === 'channelsFirst') {
      const names = [lowering.channelsFirst(x!), ...parameters.map((each) => lowering.channelsLast(each))]
      const epsilon = { float: attributes.epsilon }
      lowering.define(
        results[0]!,
        lowering.onnx.node('BatchNormalization', names, { epsilon }),
        'channelsFirst',
      )
    } else {
      lowering.define(results[0]!, scaled(lowering, operands, attributes))
    }
  },
})

function expectChannels({ shape }: Value, parameter: Value['shape']): void {
  const channels = shape.at(-1)
  if (shape.length < 2 || parameter.length !== 1 || (channels !== null && parameter[0] !== channels)) {
    throw new NotCompiled(`parameters of shape ${parameter} for an operand of shape ${shape}`)
  }
}

/** Where the channels are last, and nothing wants them first: a product and a sum, of constants where there are. */
function scaled(lowering: Lowering, operands: readonly Value[], { epsilon }: BatchNormAttributes): string {
  const { onnx } = lowering
  const [x, ...parameters] = operands
  const constants = parameters.map(({ constant }) => constant)
  const [factor, term] = constants.every((constant) => constant !== undefined)
    ? foldedScale(constants, epsilon).map((constant) => onnx.constant(constant))
    : computedScale(lowering, parameters, epsilon)
  return onnx.node('Add', [onnx.node('Mul', [lowering.channelsLast(x!), factor!]), term!])
}

function foldedScale(constants: readonly ConstantData[], epsilon: number): readonly ConstantData[] {
  const [scale, offset, mean, variance] = constants.map(({ data }) => data)
  const { shape } = constants[0]!
  const factor = Float32Array.from(scale!, (value, index) => value / Math.sqrt(variance![index]! + epsilon))
  const term = Float32Array.from(offset!, (value, index) => value - mean![index]! * factor[index]!)
  return [factor, term].map((data) => ({ type: 'float32', shape, data }))
}

function computedScale(lowering: Lowering, parameters: readonly Value[], epsilon: number): readonly string[] {
  const { onnx } = lowering
  const [scale, offset, mean, variance] = parameters.map((each) => lowering.channelsLast(each))
  const deviation = onnx.node('Sqrt', [onnx.node('Add', [variance!, onnx.scalar('float32', epsilon)])])
  const factor = onnx.node('Div', [scale!, deviation])
  return [factor, onnx.node('Sub', [offset!, onnx.node('Mul', [mean!, factor])])]
}

export interface LayerNormAttributes {
  /** The dimensions that mean and variance are taken over, ascending. */
  readonly axes: readonly number[]
  readonly epsilon: number
}

/** `(x, scale, offset)`: the last two have the dimensions that mean and variance are taken over. */
export const layerNorm = operator<LayerNormAttributes>({
  name: 'LayerNormalization',
  semantics: 'Keras LayerNormalization',
  infer: (operands, { axes }) => {
    expectFloats(operands)
    const [x, ...parameters] = operands
    const normalized = axes.map((axis) => x!.shape[axis]!)
    for (const { shape } of parameters) {
      if (shape.length !== axes.length) throw new NotCompiled(`parameters of rank ${shape.length}`)
      broadcastShape([normalized, shape])
    }
    return [{ type: 'float32', shape: x!.shape }]
  },
  lower: (lowering, { operands, attributes, results }) => {
    const { axes, epsilon } = attributes
    const rank = operands[0]!.shape.length
    const isLast = axes.every((axis, index) => axis === rank - axes.length + index)
    const names = operands.map((operand) => lowering.channelsLast(operand))
    const name = isLast
      ? lowering.onnx.node('LayerNormalization', names, { axis: axes[0]!, epsilon: { float: epsilon } })
      : normalizedOver(lowering, operands, attributes)
    lowering.define(results[0]!, name)
  },
})

/** Mean and variance over dimensions that are not the last ones. */
function normalizedOver(
  lowering: Lowering,
  operands: readonly Value[],
  { axes, epsilon }: LayerNormAttributes,
): string {
  const { onnx } = lowering
  const [x, scale, offset] = operands.map((operand) => lowering.channelsLast(operand))
  const over = onnx.integers(axes)
  const centred = onnx.node('Sub', [x!, onnx.node('ReduceMean', [x!, over])])
  const variance = onnx.node('ReduceMean', [onnx.node('Mul', [centred, centred]), over])
  const deviation = onnx.node('Sqrt', [onnx.node('Add', [variance, onnx.scalar('float32', epsilon)])])
  const between = onnx.integers(missingAxes(axes, operands[0]!.shape.length))
  const [factor, term] = [scale!, offset!].map((name) => onnx.node('Unsqueeze', [name, between]))
  const normalized = onnx.node('Div', [centred, deviation])
  return onnx.node('Add', [onnx.node('Mul', [normalized, factor!]), term!])
}

/** The dimensions after the first of `axes` that are none of them: parameters are broadcast over these. */
function missingAxes(axes: readonly number[], rank: number): readonly number[] {
  const first = axes[0]!
  return Array.from({ length: rank - first }, (_, index) => first + index)
    .filter((axis) => !axes.includes(axis))
    .map((axis) => axis - first)
}
