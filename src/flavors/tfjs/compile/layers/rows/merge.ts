import type { Graph } from '../../graph/graph.ts'
import type { Operator } from '../../graph/operator.ts'
import type { Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { add, maximum, minimum, multiply, realDivide } from '../../operators/binary.ts'
import { logicalAnd } from '../../operators/comparison.ts'
import { concatenate } from '../../operators/concatenation.ts'
import { matrixProduct } from '../../operators/matrix-product.ts'
import { sum } from '../../operators/reduction.ts'
import { expandDims, squeeze } from '../../operators/reshape.ts'
import { sqrt, square } from '../../operators/unary.ts'
import type { LayerConfig } from '../layer-config.ts'
import { type LayerCall, type LayerRow, layerRow, type Mask } from '../layer-row.ts'

export const MERGE: readonly LayerRow[] = [
  elementwise('Add', add),
  elementwise('Multiply', multiply),
  elementwise('Maximum', maximum),
  elementwise('Minimum', minimum),
  layerRow({
    className: 'Average',
    semantics: 'tfjs-layers layers/merge.ts Average',
    mask: mergedMask,
    call: (call) => {
      const part = call.graph.float(1 / call.inputs.length)
      return call.graph.add(multiply, [folded(call, add), part], null)
    },
  }),
  layerRow({
    className: 'Concatenate',
    semantics: 'tfjs-layers layers/merge.ts Concatenate',
    mask: (call) => [concatenatedMask(call)],
    call: ({ graph, config, inputs }) => {
      expectSeveral(inputs)
      return graph.add(concatenate, inputs, { axis: concatenationAxis(config, inputs[0]!) })
    },
  }),
  layerRow({
    className: 'Dot',
    semantics: 'tfjs-layers layers/merge.ts Dot',
    call: ({ graph, config, inputs }) => {
      if (inputs.length !== 2) throw new NotCompiled(`${inputs.length} inputs`)
      const axes = dotAxes(config, inputs)
      const normalize = config.flag('normalize', false)
      const [x, y] = inputs.map((each, index) => (normalize ? unitLength(graph, each, axes[index]!) : each))
      return dot(graph, { x: x!, y: y!, axes })
    },
  }),
]

function elementwise(className: string, operator: Operator<null>): LayerRow {
  return layerRow({
    className,
    semantics: `tfjs-layers layers/merge.ts ${className}`,
    mask: mergedMask,
    call: (call) => folded(call, operator),
  })
}

/** Inputs of fewer dimensions get theirs after the rows. */
function folded({ graph, inputs }: LayerCall, operator: Operator<null>): Value {
  expectSeveral(inputs)
  const rank = inputs.reduce((most, { shape }) => Math.max(most, shape.length), 0)
  return inputs
    .map((input) => {
      let raised = input
      while (raised.shape.length < rank) raised = graph.add(expandDims, [raised], { axis: 1 })
      return raised
    })
    .reduce((result, input) => graph.add(operator, [result, input], null))
}

function expectSeveral(inputs: readonly Value[]): void {
  if (inputs.length < 2) throw new NotCompiled('a single input')
}

/** TF.js gives the merged mask a dimension too many. */
function mergedMask({ masks }: LayerCall): readonly Mask[] {
  return masks.every((mask) => mask === undefined) ? [] : ['unusable']
}

/** Any axis below zero is the last one for TF.js. */
function concatenationAxis(config: LayerConfig, { shape }: Value): number {
  const axis = config.integer('axis', -1)
  if (axis < -1 || axis >= shape.length) throw new NotCompiled(`axis ${axis} of ${shape.length} dimensions`)
  return axis === -1 ? shape.length - 1 : axis
}

/** Along the last axis a step counts where it does in all inputs; along the steps, masks are put together as they are. */
function concatenatedMask({ graph, config, inputs, masks }: LayerCall): Mask {
  const given = masks.filter((mask) => mask !== undefined)
  if (given.length === 0) return undefined
  const rank = inputs[0]!.shape.length
  const axis = concatenationAxis(config, inputs[0]!)
  const usable = given.filter((mask) => mask !== 'unusable' && mask.shape.length === rank - 1) as Value[]
  if (usable.length < given.length) return 'unusable'
  if (axis === rank - 1) return usable.reduce((both, mask) => graph.add(logicalAnd, [both, mask], null))
  return usable.length === inputs.length && axis > 0 ? graph.add(concatenate, usable, { axis }) : 'unusable'
}

function dotAxes(config: LayerConfig, inputs: readonly Value[]): readonly number[] {
  const given = config.integers('axes')
  const pair = Array.isArray(config.raw('axes')) ? given : [given[0]!, given[0]!]
  if (pair.length !== 2) throw config.wrong('axes', 'an integer or two')
  return pair.map((axis, index) => (axis < 0 ? axis + inputs[index]!.shape.length : axis))
}

/** Keras's epsilon, the least square of a length. */
const EPSILON = 1e-7

function unitLength(graph: Graph, x: Value, axis: number): Value {
  const squares = graph.add(sum, [graph.add(square, [x], null)], { axes: [axis], keepDimensions: true })
  const length = graph.add(sqrt, [graph.add(maximum, [squares, graph.float(EPSILON)], null)], null)
  return graph.add(realDivide, [x, length], null)
}

interface DotOperands {
  readonly x: Value
  readonly y: Value
  readonly axes: readonly number[]
}

/** As `batchDot` of tfjs-layers has it: the operand of fewer dimensions is a matrix of one column. */
function dot(graph: Graph, { x, y, axes }: DotOperands): Value {
  const ranks = [x.shape.length, y.shape.length]
  const [xAxis, yAxis] = axes as [number, number]
  const isRow =
    ranks.some((rank) => rank < 2 || rank > 3) ||
    axes.some((axis, index) => axis < 1 || axis >= ranks[index]!)
  if (isRow) throw new NotCompiled(`axes ${axes} of ${ranks.join(' and ')} dimensions`)
  if (ranks[0] === 2 && ranks[1] === 2) {
    const products = graph.add(multiply, [x, y], null)
    return graph.add(sum, [products], { axes: [1], keepDimensions: true })
  }
  const rank = 3
  const product = graph.add(matrixProduct, [raised(graph, x), raised(graph, y)], {
    transposeA: xAxis !== rank - 1,
    transposeB: yAxis === rank - 1,
  })
  if (ranks[0] === ranks[1]) return product
  return graph.add(squeeze, [product], { axes: [ranks[0]! > ranks[1]! ? 2 : 1] })
}

function raised(graph: Graph, x: Value): Value {
  return x.shape.length === 3 ? x : graph.add(expandDims, [x], { axis: 2 })
}
