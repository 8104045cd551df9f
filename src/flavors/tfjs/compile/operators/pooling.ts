import { expectFloats } from '../graph/element-types.ts'
import { expectPlaces } from '../graph/known.ts'
import { type Operator, operator } from '../graph/operator.ts'
import { expectUnmoved, type Padding, reachOf, windowCount, windowsOf } from '../graph/padding.ts'
import type { Shape, Value } from '../graph/value.ts'
import { withLeastSize } from '../lower/least-size.ts'
import type { Lowering } from '../lower/lowering.ts'
import { type WindowedOperand, windowedOperand } from '../lower/windowed.ts'
import { NotCompiled } from '../not-compiled.ts'
import type { OnnxGraph } from '../onnx/onnx-graph.ts'

/** Pools over one to three spatial dimensions, those of the window. What becomes of NaN is up to the engine. */

export interface PoolAttributes {
  readonly window: readonly number[]
  readonly strides: readonly number[]
  readonly padding: Padding
}

/** Padding is never the largest. */
export const maxPool = pool('MaxPool', 'TensorFlow MaxPool and MaxPool3D')

/** Padding does not count. */
export const averagePool = pool('AveragePool', 'TensorFlow AvgPool and AvgPool3D')

type PoolType = 'MaxPool' | 'AveragePool'

function pool(onnxType: PoolType, semantics: string): Operator<PoolAttributes> {
  return operator<PoolAttributes>({
    name: onnxType,
    semantics,
    infer: ([x], attributes) => {
      expectFloats([x!])
      return [{ type: 'float32', shape: pooledShape(x!, attributes) }]
    },
    lower: (lowering, { operands, attributes, results }) => {
      lowering.define(results[0]!, pooled(lowering, onnxType, operands[0]!, attributes), 'channelsFirst')
    },
  })
}

/**
 * A window that is larger than its image finds no place in TF.js; onnxruntime (1.30) rounds the count of places towards
 * 0, and pools what there is. Sizes that are known have been looked at before.
 */
function reached(lowering: Lowering, name: string, x: Value, attributes: PoolAttributes): string {
  const { window, strides, padding } = attributes
  if (padding === 'same') return name
  const isOpen = window.some((size, axis) => x.shape[axis + 1] === null && size > 1 && strides[axis]! > 1)
  if (!isOpen) return name
  const pads = padding === 'valid' ? window.map(() => [0, 0] as const) : padding
  const least = window.map((size, axis) => size - pads[axis]![0] - pads[axis]![1])
  return withLeastSize(lowering.onnx, name, [0, 0, ...least])
}

function pooled(lowering: Lowering, onnxType: PoolType, x: Value, attributes: PoolAttributes): string {
  const { window, strides } = attributes
  const operand = windowedOperand(lowering, x, {
    windows: windowsOf(window, strides),
    padding: attributes.padding,
    filler: onnxType === 'MaxPool' ? Number.NEGATIVE_INFINITY : undefined,
  })
  const isApart = mayAbsorb(lowering.onnx, onnxType, operand.name, window)
  const { name, padding } = isApart ? apart(lowering.onnx, onnxType, operand) : operand
  const enough = reached(lowering, name, x, attributes)
  return lowering.onnx.node(onnxType, [enough], { kernel_shape: window, strides, ...padding })
}

/**
 * Whether onnxruntime would make padding of the operand one with the pool's own (1.30) where it must not: among the
 * largest, zeros only count for nothing where nothing is negative, and a pool's own padding is smaller than its window.
 */
function mayAbsorb(onnx: OnnxGraph, onnxType: PoolType, name: string, window: readonly number[]): boolean {
  const source = onnx.source(name)
  if (source?.type === 'Cast') return mayAbsorb(onnx, onnxType, source.inputs[0]!, window)
  if (source?.type !== 'Pad') return false
  const pads = onnx.integersOf(source.inputs[1]!)
  const isSmall = pads !== undefined && Math.max(...pads) * 2 < Math.min(...window)
  return !isSmall || (onnxType === 'MaxPool' && mayBeNegative(onnx, source.inputs[0]!))
}

function mayBeNegative(onnx: OnnxGraph, name: string): boolean {
  const source = onnx.source(name)
  const isClipped = source?.type === 'Clip' && source.inputs[1] === onnx.scalar('float32', 0)
  return source?.type !== 'Relu' && !isClipped
}

/** The padding as a node of its own: with `auto_pad` a pool is left as it is. */
function apart(onnx: OnnxGraph, onnxType: PoolType, { name, padding }: WindowedOperand): WindowedOperand {
  const { pads } = padding
  if (pads === undefined) return { name, padding }
  const valid = { auto_pad: 'VALID' }
  if (pads.every((count) => count === 0)) return { name, padding: valid }
  // Averages that leave their own padding out are not made one with other padding.
  if (onnxType === 'AveragePool') return { name, padding }
  const before = [0, 0, ...pads.slice(0, pads.length / 2)]
  const after = [0, 0, ...pads.slice(pads.length / 2)]
  const filler = onnx.scalar('float32', Number.NEGATIVE_INFINITY)
  return { name: onnx.node('Pad', [name, onnx.integers([...before, ...after]), filler]), padding: valid }
}

function pooledShape(x: Value, { window, strides, padding }: PoolAttributes): Shape {
  const places = expectPlaces(x)
  const windows = windowsOf(window, strides)
  if (windows.length !== places.length) throw new NotCompiled('a window of another rank than the operand')
  expectUnmoved(places, windows, padding)
  if (typeof padding !== 'string') expectReached(padding, windows.map(reachOf))
  const counts = windows.map((each, axis) => windowCount(places[axis]!, each, padding, axis))
  return [x.shape[0]!, ...counts, x.shape.at(-1)!]
}

/** A window that lies in the padding altogether has no largest element, and no average. */
function expectReached(padding: readonly (readonly [number, number])[], reaches: readonly number[]): void {
  for (const [axis, pair] of padding.entries()) {
    if (Math.max(...pair) >= reaches[axis]!) throw new NotCompiled(`a window within its padding of ${pair}`)
  }
}
