import { batchNorm } from '../../operators/normalization.ts'
import { responseNormalization } from '../../operators/response-normalization.ts'
import { logSoftmax, softmax } from '../../operators/softmax.ts'
import type { GraphRow } from '../graph-row.ts'
import { expectChannelsLast } from './data-format.ts'

const fusedBatchNorm: GraphRow = {
  names: ['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3'],
  semantics: 'TensorFlow FusedBatchNormV3 (inference): the first result alone, which is all that TF.js gives',
  operands: 5,
  read: ({ attributes }, operands, graph) => {
    expectChannelsLast(attributes)
    return graph.add(batchNorm, operands.slice(0, 5), { epsilon: attributes.number('epsilon', 0.001) })
  },
}

const lrn: GraphRow = {
  names: ['LRN'],
  semantics: 'TensorFlow LRN',
  operands: 1,
  read: ({ attributes }, [x], graph) =>
    graph.add(responseNormalization, [x!], {
      radius: attributes.integer('depth_radius', 5),
      bias: attributes.number('bias', 1),
      alpha: attributes.number('alpha', 1),
      beta: attributes.number('beta', 0.5),
    }),
}

export const NORMALIZATION: readonly GraphRow[] = [
  fusedBatchNorm,
  lrn,
  {
    names: ['Softmax'],
    semantics: 'TensorFlow Softmax, over the last dimension',
    operands: 1,
    read: (_, [x], graph) => graph.add(softmax, [x!], { axis: x!.shape.length - 1 }),
  },
  {
    names: ['LogSoftmax'],
    semantics: 'TensorFlow LogSoftmax, over the last dimension',
    operands: 1,
    read: (_, [x], graph) => graph.add(logSoftmax, [x!], { axis: x!.shape.length - 1 }),
  },
]
