import { expectFloats } from '../graph/element-types.ts'
import { expectPlaces } from '../graph/known.ts'
import { type Operator, operator } from '../graph/operator.ts'
import { expectUnmoved, type Padding, reachOf, windowCount, windowsOf } from '../graph/padding.ts'
import type { Shape, Value } from '../graph/value.ts'
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

function pooled(lowering: Lowering, onnxType: PoolType, x: Value, attributes: PoolAttributes): string {
  const { window, strides } = attributes
  const operand = windowedOperand(lowering, x, {
    windows: windowsOf(window, strides),
    padding: attributes.padding,
    filler: onnxType === 'MaxPool' ? Number.NEGATIVE_INFINITY : undefined,
  })
  const isApart = onnxType === 'MaxPool' && mayAbsorbZeros(lowering.onnx, operand.name)
  const { name, padding } = isApart ? apart(lowering.onnx, operand) : operand
  return lowering.onnx.node(onnxType, [name], { kernel_shape: window, strides, ...padding })
}

/**
 * Whether the operand is padded with what may be zeros, and may be negative besides. onnxruntime makes such padding
 * one with the pool's own, which is never the largest (1.30): right only where nothing is negative.
 */
function mayAbsorbZeros(onnx: OnnxGraph, name: string): boolean {
  const source = onnx.source(name)
  if (source?.type === 'Cast') return mayAbsorbZeros(onnx, source.inputs[0]!)
  if (source?.type !== 'Pad') return false
  const inner = onnx.source(source.inputs[0]!)
  const isClipped = inner?.type === 'Clip' && inner.inputs[1] === onnx.scalar('float32', 0)
  return inner?.type !== 'Relu' && !isClipped
}

/** The padding as a node of its own: with `auto_pad` a pool is left as it is. */
function apart(onnx: OnnxGraph, { name, padding }: WindowedOperand): WindowedOperand {
  const { pads } = padding
  if (pads === undefined) return { name, padding }
  const valid = { auto_pad: 'VALID' }
  if (pads.every((count) => count === 0)) return { name, padding: valid }
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
