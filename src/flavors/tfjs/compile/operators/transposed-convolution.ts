import { expectFloats } from '../graph/element-types.ts'
import { expectPlaces, knownShape } from '../graph/known.ts'
import { operator } from '../graph/operator.ts'
import { expectUnmoved, type Padding, type Window, windowCount, windowsOf } from '../graph/padding.ts'
import type { Dimension, Shape, Value } from '../graph/value.ts'
import { NotCompiled } from '../not-compiled.ts'
import { expectBias, expectChannels, firstAxes } from './convolution.ts'

export interface TransposedConvolutionAttributes {
  readonly strides: readonly number[]
  readonly padding: Padding
  /** Keras's `output_padding`, of each spatial dimension. */
  readonly outputPadding?: readonly number[]
  /** The whole shape of the result as TensorFlow's Conv2DBackpropInput takes it; null where it is not known. */
  readonly outputShape?: Shape
}

/** `(x, filter, bias?)`: the filter's dimensions are those of a place, then output channels, then input channels. */
export const transposedConvolution = operator<TransposedConvolutionAttributes>({
  name: 'Conv2DBackpropInput',
  semantics: 'TensorFlow Conv2DBackpropInput, Keras Conv2DTranspose',
  infer: (operands, attributes) => {
    expectFloats(operands)
    const [x, filter, bias] = operands
    const [channels, taken] = knownShape(filter!, 'a filter').slice(-2)
    expectChannels(x!, taken!)
    expectBias(bias, channels!)
    const spread = spreadsOf(x!, filter!, attributes)
    return [{ type: 'float32', shape: [x!.shape[0]!, ...spread.map(({ size }) => size), channels!] }]
  },
  lower: (lowering, { operands, attributes, results }) => {
    const [x, filter, bias] = operands
    const rank = filter!.shape.length
    const spread = spreadsOf(x!, filter!, attributes)
    const weights = lowering.arranged(filter!, [rank - 1, rank - 2, ...firstAxes(rank - 2)])
    const inputs = [lowering.channelsFirst(x!), weights]
    if (bias !== undefined) inputs.push(lowering.channelsLast(bias))
    const name = lowering.onnx.node('ConvTranspose', inputs, {
      kernel_shape: knownShape(filter!, 'a filter').slice(0, -2),
      strides: attributes.strides,
      pads: [...spread.map(({ before }) => before), ...spread.map(({ after }) => after)],
      output_padding: spread.map(({ beyond }) => beyond),
    })
    lowering.define(results[0]!, name, 'channelsFirst')
  },
})

/** What becomes of one spatial dimension. */
interface Spread {
  readonly size: Dimension
  /** What is cut off before and after. */
  readonly before: number
  readonly after: number
  /** What is added after. */
  readonly beyond: number
}

function spreadsOf(x: Value, filter: Value, attributes: TransposedConvolutionAttributes): readonly Spread[] {
  const places = expectPlaces(x)
  const windows = windowsOf(knownShape(filter, 'a filter').slice(0, -2), attributes.strides)
  if (windows.length !== places.length) throw new NotCompiled('a filter of another rank than the operand')
  const spreads = windows.map((window, axis) => spreadOf(places[axis]!, window, attributes, axis))
  expectUnmoved(
    spreads.map(({ size }) => size),
    windows,
    attributes.padding,
  )
  return spreads
}

/**
 * The windows of all places together reach over `full` elements; what is more than the wanted size is cut off, on the
 * sides where the convolution that this one is the transpose of would have padded.
 */
function spreadOf(
  input: Dimension,
  window: Window,
  attributes: TransposedConvolutionAttributes,
  axis: number,
): Spread {
  const { padding } = attributes
  const excess = excessOf(input, window, attributes, axis)
  const before = firstCut(padding, excess, axis)
  const after = Math.max(0, excess - before)
  const beyond = Math.max(0, before - excess)
  if (beyond > 0 && beyond >= window.stride) throw new NotCompiled('an output larger than its input spreads')
  const size = input === null ? null : (input - 1) * window.stride + window.size - excess
  expectTransposed(input, size, window, padding, axis)
  return { size, before, after, beyond }
}

function firstCut(padding: Padding, excess: number, axis: number): number {
  if (padding === 'valid') return 0
  return padding === 'same' ? Math.floor(Math.max(0, excess) / 2) : padding[axis]![0]
}

/** By how many elements the windows reach further than the result; negative where they fall short. */
function excessOf(
  input: Dimension,
  { size, stride }: Window,
  { padding, outputPadding, outputShape }: TransposedConvolutionAttributes,
  axis: number,
): number {
  const wanted = outputShape?.[axis + 1]
  if (outputShape !== undefined && (wanted === null || input === null)) {
    throw new NotCompiled('an output size that only a run tells')
  }
  if (typeof wanted === 'number') return (input! - 1) * stride + size - wanted
  const added = outputPadding?.[axis]
  if (padding === 'same') return added === undefined ? size - stride : 2 * Math.floor(size / 2) - added
  if (padding === 'valid') return added === undefined ? Math.min(size - stride, 0) : -added
  const [before, after] = padding[axis]!
  return before + after - (added ?? 0)
}

/** The convolution that this one is the transpose of must give the size of the operand. */
function expectTransposed(
  input: Dimension,
  size: Dimension,
  window: Window,
  padding: Padding,
  axis: number,
): void {
  if (input === null || size === null) return
  if (size < 1 || windowCount(size, window, padding, axis) !== input) {
    throw new NotCompiled(`a transposed convolution from ${input} to ${size} elements`)
  }
}
