import type { Operator } from '../../graph/operator.ts'
import { averagePool, maxPool, type PoolAttributes } from '../../operators/pooling.ts'
import type { GraphRow } from '../graph-row.ts'
import { expectChannelsLast } from './data-format.ts'
import { paddingOf, placesOf } from './windows.ts'

export const POOLING: readonly GraphRow[] = [
  // Only the first result: what wants the places of the largest elements is refused.
  poolRow(['MaxPool', 'MaxPoolWithArgmax'], maxPool, 2),
  poolRow(['AvgPool'], averagePool, 2),
  poolRow(['MaxPool3D'], maxPool, 3),
  poolRow(['AvgPool3D'], averagePool, 3),
]

function poolRow(names: readonly string[], operator: Operator<PoolAttributes>, places: number): GraphRow {
  return {
    names,
    semantics: `TensorFlow ${names[0]}`,
    operands: 1,
    read: ({ attributes }, [x], graph) => {
      expectChannelsLast(attributes)
      return graph.add(operator, [x!], {
        window: placesOf(attributes, 'ksize', places),
        strides: placesOf(attributes, 'strides', places),
        padding: paddingOf(attributes),
      })
    },
  }
}
