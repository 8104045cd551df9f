import type { Graph } from '../../graph/graph.ts'
import type { Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { cast } from '../../operators/cast.ts'
import { gather, gatherNd } from '../../operators/gather.ts'
import {
  nonMaxSuppression,
  nonMaxSuppressionPadded,
  nonMaxSuppressionWithScores,
} from '../../operators/non-max-suppression.ts'
import { oneHot } from '../../operators/one-hot.ts'
import { tensorScatterUpdate } from '../../operators/scatter.ts'
import { size } from '../../operators/shape.ts'
import { topK } from '../../operators/top-k.ts'
import { where } from '../../operators/where.ts'
import { knownNumber, normalAxis } from '../constants.ts'
import type { GraphRow } from '../graph-row.ts'
import { filled } from './creation.ts'
import { foldedCast } from './fold.ts'
import { simpleRow } from './simple-row.ts'

const gatherRow: GraphRow = {
  names: ['Gather', 'GatherV2'],
  semantics: 'TensorFlow GatherV2 with a constant axis',
  operands: 2,
  read: ({ attributes }, [x, indices, axis], graph) => {
    const at = axis === undefined ? 0 : normalAxis(knownNumber(axis, 'an axis'), x!.shape.length)
    const common = attributes.integer('batch_dims', 0)
    const batchDims = common < 0 ? common + indices!.shape.length : common
    return graph.add(gather, [x!, casted(indices!, 'int32', graph)], { axis: at, batchDims })
  },
}

const oneHotRow: GraphRow = {
  names: ['OneHot'],
  semantics: 'TensorFlow OneHot along a new last axis, which is the only one that TF.js knows',
  operands: 4,
  read: ({ attributes }, [indices, depth, on, off], graph) => {
    const axis = attributes.integer('axis', -1)
    if (axis !== -1 && axis !== indices!.shape.length) throw new NotCompiled(`a new axis ${axis}`)
    const type = attributes.type('T', 'int32')
    const values = [on!, off!].map((value) => {
      if (value.shape.length > 0) throw new NotCompiled('a value that is no scalar')
      return casted(value, type, graph)
    })
    return graph.add(oneHot, [indices!, ...values], { depth: knownNumber(depth!, 'a depth') })
  },
}

const topKRow: GraphRow = {
  names: ['TopKV2'],
  semantics: 'TensorFlow TopKV2, sorted',
  operands: 2,
  read: ({ attributes }, [x, k], graph) => {
    if (attributes.isOff('sorted')) throw new NotCompiled('the largest in no certain order')
    return graph.addAll(topK, [x!, k!], null)
  },
}

const whereRow: GraphRow = {
  names: ['Where'],
  semantics: 'TensorFlow Where',
  operands: 1,
  read: (_, [condition], graph) => graph.add(where, [casted(condition!, 'bool', graph)], null),
}

const scatterNd: GraphRow = {
  names: ['ScatterNd'],
  semantics: 'TensorFlow ScatterNd with constant indices, none of them twice',
  operands: 3,
  read: (_, [indices, updates, shape], graph) =>
    graph.add(
      tensorScatterUpdate,
      [filled(shape!, { type: updates!.type, value: 0 }, graph), indices!, updates!],
      null,
    ),
}

/** Version 2 has no score threshold. */
const suppression: GraphRow = {
  names: ['NonMaxSuppressionV2', 'NonMaxSuppressionV3'],
  semantics: 'TensorFlow NonMaxSuppressionV3 with constant thresholds',
  operands: 4,
  read: (_, operands, graph) => graph.add(nonMaxSuppression, operands.slice(0, 3), thresholds(operands)),
}

const suppressionV4: GraphRow = {
  names: ['NonMaxSuppressionV4'],
  semantics: 'TensorFlow NonMaxSuppressionV4 with constant thresholds',
  operands: 5,
  read: ({ attributes }, operands, graph) => {
    const taken = operands.slice(0, 3)
    if (attributes.flag('pad_to_max_output_size'))
      return graph.addAll(nonMaxSuppressionPadded, taken, thresholds(operands))
    const indices = graph.add(nonMaxSuppression, taken, thresholds(operands))
    return [indices, graph.add(size, [indices], null)]
  },
}

const suppressionV5: GraphRow = {
  names: ['NonMaxSuppressionV5'],
  semantics: 'TensorFlow NonMaxSuppressionV5 with constant thresholds and a sigma of 0',
  operands: 6,
  read: (_, operands, graph) => {
    const sigma = knownNumber(operands[5]!, 'a sigma')
    if (sigma !== 0) throw new NotCompiled(`a sigma of ${sigma}`)
    return graph.addAll(nonMaxSuppressionWithScores, operands.slice(0, 3), thresholds(operands))
  },
}

export const PICKS: readonly GraphRow[] = [
  gatherRow,
  simpleRow('GatherNd', gatherNd, 2),
  oneHotRow,
  topKRow,
  whereRow,
  simpleRow('TensorScatterUpdate', tensorScatterUpdate, 3),
  scatterNd,
  suppression,
  suppressionV4,
  suppressionV5,
]

function thresholds([, , , iou, score]: readonly Value[]) {
  return {
    iouThreshold: knownNumber(iou!, 'a threshold'),
    scoreThreshold: score === undefined ? Number.NEGATIVE_INFINITY : knownNumber(score, 'a threshold'),
  }
}

function casted(value: Value, type: Value['type'], graph: Graph): Value {
  if (value.type === type) return value
  return foldedCast(value, type, graph) ?? graph.add(cast, [value], { type })
}
