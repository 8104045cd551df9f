import { NotCompiled } from '../../not-compiled.ts'
import { bandPart } from '../../operators/band-part.ts'
import { add } from '../../operators/binary.ts'
import { einsum } from '../../operators/einsum.ts'
import { matrixProduct } from '../../operators/matrix-product.ts'
import { transpose } from '../../operators/transpose.ts'
import { knownNumber, knownNumbers, normalAxis } from '../constants.ts'
import type { GraphRow } from '../graph-row.ts'
import { foldedTranspose } from './fold.ts'
import { fusedOperators } from './fused.ts'

const matMul: GraphRow = {
  names: ['MatMul', '_FusedMatMul'],
  semantics: 'TensorFlow MatMul, with fused operators',
  operands: 2,
  read: ({ attributes }, [a, b, ...more], graph) => {
    const { bias, activate } = fusedOperators(attributes, more)
    const own = { transposeA: attributes.flag('transpose_a'), transposeB: attributes.flag('transpose_b') }
    const isList = bias?.shape.length === 1
    const product = graph.add(matrixProduct, isList ? [a!, b!, bias] : [a!, b!], own)
    const sum = bias === undefined || isList ? product : graph.add(add, [product, bias], null)
    return activate(sum, graph)
  },
}

const batchMatMul: GraphRow = {
  names: ['BatchMatMul', 'BatchMatMulV2'],
  semantics: 'TensorFlow BatchMatMulV2',
  operands: 2,
  read: ({ attributes }, [a, b], graph) =>
    graph.add(matrixProduct, [a!, b!], {
      transposeA: attributes.flag('adj_x'),
      transposeB: attributes.flag('adj_y'),
    }),
}

export const MATRICES: readonly GraphRow[] = [
  matMul,
  batchMatMul,
  {
    names: ['Einsum'],
    semantics: 'TensorFlow Einsum; tfjs-converter takes large letters for small ones',
    operands: 1,
    read: ({ attributes }, operands, graph) =>
      graph.add(einsum, operands, { equation: attributes.text('equation') }),
  },
  {
    names: ['Transpose'],
    semantics: 'TensorFlow Transpose with a constant order',
    operands: 2,
    read: (_, [x, order], graph) => {
      const rank = x!.shape.length
      const axes = knownNumbers(order!, 'an order').map((axis) => normalAxis(axis, rank))
      return foldedTranspose(x!, axes, graph) ?? graph.add(transpose, [x!], { order: axes })
    },
  },
  {
    names: ['MatrixBandPart'],
    semantics:
      'TensorFlow MatrixBandPart with equal, constant bounds: tfjs-converter reads the lower one twice',
    operands: 3,
    read: (_, [x, ...bounds], graph) => {
      const [lower, upper] = bounds.map((bound) => knownNumber(bound, 'a bound')) as [number, number]
      if (lower !== upper) throw new NotCompiled(`bounds ${lower} and ${upper}`)
      return graph.add(bandPart, [x!], { lower, upper })
    },
  },
]
