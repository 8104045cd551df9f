import type { Graph } from '../../graph/graph.ts'
import type { Operator } from '../../graph/operator.ts'
import type { Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { type ArgumentAttributes, argMax, argMin } from '../../operators/argument.ts'
import { cumulativeSum } from '../../operators/cumulative-sum.ts'
import {
  all,
  any,
  max,
  mean,
  min,
  product,
  type ReductionAttributes,
  sum,
} from '../../operators/reduction.ts'
import { sqrt, square } from '../../operators/unary.ts'
import { knownNumber, knownNumbers, normalAxes, normalAxis } from '../constants.ts'
import type { GraphRow, ReadNode } from '../graph-row.ts'

const euclideanNorm: GraphRow = {
  names: ['EuclideanNorm'],
  semantics: 'TensorFlow EuclideanNorm',
  operands: 2,
  read: (node, [x, axes], graph) => {
    const squares = graph.add(square, [x!], null)
    return graph.add(sqrt, [reduced(sum, { node, x: squares, axes: axes!, graph })], null)
  },
}

const cumsum: GraphRow = {
  names: ['Cumsum'],
  semantics:
    'TensorFlow Cumsum with a constant axis from the front: TF.js gives another shape for one from the end',
  operands: 2,
  read: ({ attributes }, [x, axis], graph) => {
    const at = knownNumber(axis!, 'an axis')
    if (at < 0) throw new NotCompiled(`axis ${at}`)
    return graph.add(cumulativeSum, [x!], {
      axis: normalAxis(at, x!.shape.length),
      exclusive: attributes.flag('exclusive'),
      reverse: attributes.flag('reverse'),
    })
  },
}

export const REDUCTIONS: readonly GraphRow[] = [
  reductionRow('Mean', mean),
  reductionRow('Sum', sum),
  reductionRow('Max', max),
  reductionRow('Min', min),
  reductionRow('Prod', product),
  reductionRow('All', all),
  reductionRow('Any', any),
  argumentRow('ArgMax', argMax),
  argumentRow('ArgMin', argMin),
  euclideanNorm,
  cumsum,
]

function reductionRow(name: string, operator: Operator<ReductionAttributes>): GraphRow {
  return {
    names: [name],
    semantics: `TensorFlow ${name} with constant axes`,
    operands: 2,
    read: (node, [x, axes], graph) => reduced(operator, { node, x: x!, axes: axes!, graph }),
  }
}

interface ReductionUse {
  readonly node: ReadNode
  readonly x: Value
  readonly axes: Value
  readonly graph: Graph
}

function reduced(
  operator: Operator<ReductionAttributes>,
  { node: { attributes }, x, axes, graph }: ReductionUse,
): Value {
  return graph.add(operator, [x], {
    axes: normalAxes(knownNumbers(axes, 'axes'), x.shape.length),
    keepDimensions: attributes.flag('keep_dims'),
  })
}

function argumentRow(name: string, operator: Operator<ArgumentAttributes>): GraphRow {
  return {
    names: [name],
    semantics: `TensorFlow ${name} with a constant axis`,
    operands: 2,
    read: (_, [x, axis], graph) => {
      if (x!.shape.length === 0) throw new NotCompiled('an operand without dimensions')
      return graph.add(operator, [x!], { axis: normalAxis(knownNumber(axis!, 'an axis'), x!.shape.length) })
    },
  }
}
