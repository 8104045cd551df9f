import { expectFloats } from '../graph/element-types.ts'
import { expectPlaces } from '../graph/known.ts'
import { type Operator, operator } from '../graph/operator.ts'
import { expectUnmoved, type Padding, reachOf, windowCount, windowsOf } from '../graph/padding.ts'
import type { Shape, Value } from '../graph/value.ts'
import type { Lowering } from '../lower/lowering.ts'
import { windowedOperand } from '../lower/windowed.ts'
import { NotCompiled } from '../not-compiled.ts'

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
  const { name, padding } = windowedOperand(lowering, x, {
    windows: windowsOf(window, strides),
    padding: attributes.padding,
    filler: onnxType === 'MaxPool' ? Number.NEGATIVE_INFINITY : undefined,
  })
  return lowering.onnx.node(onnxType, [name], { kernel_shape: window, strides, ...padding })
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
