import { expectFloats } from '../graph/element-types.ts'
import { expectPlaces, knownShape } from '../graph/known.ts'
import { operator } from '../graph/operator.ts'
import { expectUnmoved, type Padding, type Window, windowCount, windowsOf } from '../graph/padding.ts'
import type { Value, ValueType } from '../graph/value.ts'
import type { Lowering } from '../lower/lowering.ts'
import { windowedOperand } from '../lower/windowed.ts'
import { NotCompiled } from '../not-compiled.ts'

/** Convolutions over one to three spatial dimensions, those of their attributes. */

export interface ConvolutionAttributes {
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly padding: Padding
}

/** `(x, filter, bias?)`: the filter's dimensions are those of a place, then input channels, then output channels. */
export const convolution = operator<ConvolutionAttributes>({
  name: 'Conv2D',
  semantics: 'TensorFlow Conv2D and Conv3D, Keras Conv1D',
  infer: (operands, attributes) => {
    const [x, filter] = operands
    const [taken, given] = knownShape(filter!, 'a filter').slice(-2)
    expectChannels(x!, taken!)
    return [resultOf(operands, attributes, given!)]
  },
  lower: (lowering, { operands, attributes, results }) => {
    const rank = operands[1]!.shape.length
    const weights = lowering.arranged(operands[1]!, [rank - 1, rank - 2, ...firstAxes(rank - 2)])
    const use = { operands, attributes, weights, groups: 1 }
    lowering.define(results[0]!, convolved(lowering, use), 'channelsFirst')
  },
})

/** `(x, filter, bias?)`: the filter's dimensions are those of a place, then input channels, then filters of each channel. */
export const depthwiseConvolution = operator<ConvolutionAttributes>({
  name: 'DepthwiseConv2dNative',
  semantics: 'TensorFlow DepthwiseConv2dNative',
  infer: (operands, attributes) => {
    const [channels, multiplier] = knownShape(operands[1]!, 'a filter').slice(-2)
    expectChannels(operands[0]!, channels!)
    return [resultOf(operands, attributes, channels! * multiplier!)]
  },
  lower: (lowering, { operands, attributes, results }) => {
    const sizes = knownShape(operands[1]!, 'a filter')
    const rank = sizes.length
    const [channels, multiplier] = sizes.slice(-2)
    const shape = [channels! * multiplier!, 1, ...sizes.slice(0, -2)]
    const weights = lowering.arranged(operands[1]!, [rank - 2, rank - 1, ...firstAxes(rank - 2)], shape)
    const use = { operands, attributes, weights, groups: channels! }
    lowering.define(results[0]!, convolved(lowering, use), 'channelsFirst')
  },
})

interface Use {
  readonly operands: readonly Value[]
  readonly attributes: ConvolutionAttributes
  readonly weights: string
  readonly groups: number
}

/** The filter is laid over the operand by a node of ONNX. */
function convolved(lowering: Lowering, { operands, attributes, weights, groups }: Use): string {
  const [x, filter, bias] = operands
  const windows = filterWindows(filter!, attributes)
  const { name, padding } = windowedOperand(lowering, x!, {
    windows,
    padding: attributes.padding,
    filler: 0,
  })
  const inputs = [name, weights, ...(bias === undefined ? [] : [lowering.channelsLast(bias)])]
  return lowering.onnx.node('Conv', inputs, {
    kernel_shape: windows.map(({ size }) => size),
    strides: attributes.strides,
    dilations: attributes.dilations,
    group: groups,
    ...padding,
  })
}

function resultOf(
  operands: readonly Value[],
  attributes: ConvolutionAttributes,
  channels: number,
): ValueType {
  expectFloats(operands)
  const [x, filter, bias] = operands
  const places = expectPlaces(x!)
  expectBias(bias, channels)
  const windows = filterWindows(filter!, attributes)
  if (windows.length !== places.length) throw new NotCompiled('a filter of another rank than the operand')
  expectUnmoved(places, windows, attributes.padding)
  const counts = windows.map((window, axis) => windowCount(places[axis]!, window, attributes.padding, axis))
  return { type: 'float32', shape: [x!.shape[0]!, ...counts, channels] }
}

function filterWindows(filter: Value, { strides, dilations }: ConvolutionAttributes): readonly Window[] {
  return windowsOf(knownShape(filter, 'a filter').slice(0, -2), strides, dilations)
}

export function expectChannels({ shape }: Value, expected: number): void {
  const channels = shape.at(-1)
  if (channels !== null && channels !== expected) {
    throw new NotCompiled(`a filter of ${expected} channels over ${channels}`)
  }
}

export function expectBias(bias: Value | undefined, channels: number): void {
  if (bias === undefined) return
  const [size] = bias.shape
  if (bias.shape.length !== 1 || size !== channels) throw new NotCompiled(`a bias of shape ${bias.shape}`)
}

/** As many axes, from the first on. */
export function firstAxes(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index)
}
