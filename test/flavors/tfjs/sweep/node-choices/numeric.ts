import type { Random } from '../../../../soak/mlflow-differential/random.ts'
import { attr } from '../graph-recipe.ts'
import {
  anAxis,
  computing,
  DIMENSIONED,
  FLOATS,
  floats,
  integers,
  type Made,
  moving,
  type NodeChoice,
  type NodeChoices,
  NUMBERS,
  type Operand,
  type Supply,
  scalar,
  sizeOf,
  someAxes,
} from './node-choice.ts'
import { fusion } from './windows.ts'

/** Products of matrices, reductions, normalisations, images. */
export const numeric: NodeChoices = {
  MatMul: { types: FLOATS, ranks: [2], make: (x, { random }) => product('MatMul', x, random) },
  _FusedMatMul: { types: FLOATS, ranks: [2], make: fusedProduct },
  BatchMatMul: batched('BatchMatMul'),
  BatchMatMulV2: batched('BatchMatMulV2'),
  Einsum: { types: FLOATS, ranks: [2, 3, 4], make: einsum },
  FusedBatchNorm: batchNorm('FusedBatchNorm'),
  FusedBatchNormV2: batchNorm('FusedBatchNormV2'),
  FusedBatchNormV3: batchNorm('FusedBatchNormV3'),
  LRN: {
    types: FLOATS,
    ranks: [4],
    make: ({ ref }, { random }) =>
      computing('LRN', [ref], {
        depth_radius: attr.int(1 + random.below(3)),
        bias: attr.float(1 + random.next()),
        alpha: attr.float(random.next()),
        beta: attr.float(0.5),
      }),
  },
  Softmax: { types: FLOATS, ranks: DIMENSIONED, make: ({ ref }) => computing('Softmax', [ref]) },
  LogSoftmax: { types: FLOATS, ranks: DIMENSIONED, make: ({ ref }) => computing('LogSoftmax', [ref]) },
  Mean: reduction('Mean', NUMBERS),
  Sum: reduction('Sum', NUMBERS),
  Prod: reduction('Prod', NUMBERS),
  Max: reduction('Max', NUMBERS),
  Min: reduction('Min', NUMBERS),
  All: reduction('All', ['bool']),
  Any: reduction('Any', ['bool']),
  EuclideanNorm: reduction('EuclideanNorm', FLOATS),
  ArgMax: arg('ArgMax'),
  ArgMin: arg('ArgMin'),
  Cumsum: cumulative('Cumsum'),
  Cumprod: cumulative('Cumprod'),
  TopKV2: {
    types: NUMBERS,
    ranks: DIMENSIONED,
    wantsExact: true,
    make: ({ ref, dims }, { random }) => {
      const count = scalar('int32', 1 + random.below(dims.at(-1) ?? 3))
      return moving('TopKV2', [ref, count], { sorted: attr.bool(random.chance(0.8)) })
    },
  },
  ResizeBilinear: resize('ResizeBilinear'),
  ResizeNearestNeighbor: resize('ResizeNearestNeighbor'),
  MatrixBandPart: {
    types: FLOATS,
    ranks: [2, 3],
    make: ({ ref }, { random }) =>
      moving('MatrixBandPart', [
        ref,
        scalar('int32', random.below(4) - 1),
        scalar('int32', random.below(4) - 1),
      ]),
  },
}

function product(op: string, { ref, dims }: Operand, random: Random, more: object = {}): Made | undefined {
  const transposed = random.chance(0.2)
  const inner = transposed ? dims[0] : dims[1]
  if (typeof inner !== 'number') return undefined
  const columns = sizeOf(random, 7)
  const other = random.chance(0.3)
  const b = floats(random, other ? [columns, inner] : [inner, columns])
  const attributes = { transpose_a: attr.bool(transposed), transpose_b: attr.bool(other) }
  if (op === 'MatMul') return computing(op, [ref, b], attributes)
  const fused = fusion(random, columns, ['Relu', 'Relu6', 'Elu', 'Prelu', 'LeakyRelu', 'Sigmoid'])
  return computing(op, [ref, b, ...fused.from], { ...attributes, ...fused.attr, ...more })
}

function fusedProduct(x: Operand, { random }: Supply): Made | undefined {
  return product('_FusedMatMul', x, random)
}

function batched(op: string): NodeChoice {
  return {
    types: FLOATS,
    ranks: [2, 3, 4],
    make: ({ ref, dims }, supply) => {
      const { random } = supply
      const transposed = random.chance(0.3)
      const columns = sizeOf(random, 5)
      const inner = dims.at(transposed ? -2 : -1)
      if (typeof inner !== 'number') return undefined
      const other = random.chance(0.3)
      const matrix = other ? [columns, inner] : [inner, columns]
      const isConstant = random.chance(0.5)
      const b = isConstant
        ? floats(random, matrix)
        : supply.like('float32', [...dims.slice(0, -2), ...matrix])
      return computing(op, [ref, b], { adj_x: attr.bool(transposed), adj_y: attr.bool(other) })
    },
  }
}

const EQUATIONS: Readonly<Record<number, readonly string[]>> = {
  2: ['ab,bc->ac', 'ab,b->a', 'ab,bc->ca', 'ab,cb->ac'],
  3: ['abc,cd->abd', 'abc,cd->adb', 'abc,dc->bad', 'abc,acd->abd'],
  4: ['abcd,de->abce', 'abcd,cde->abe', 'abcd,ce->abed'],
}

function einsum({ ref, dims }: Operand, supply: Supply): Made | undefined {
  const { random } = supply
  const equation = random.pick(EQUATIONS[dims.length]!)
  const [first = '', second = ''] = equation.split('->')[0]!.split(',')
  const sizes = new Map([...first].map((letter, axis) => [letter, dims[axis]!]))
  const other = [...second].map((letter): number | null =>
    sizes.has(letter) ? sizes.get(letter)! : sizeOf(random, 5),
  )
  const isFree = other.includes(null)
  const b = isFree ? supply.like('float32', other) : floats(random, other as number[])
  return computing('Einsum', [ref, b], { equation: attr.text(equation), N: attr.int(2) })
}

function batchNorm(op: string): NodeChoice {
  return {
    types: FLOATS,
    ranks: [4],
    make: ({ ref, dims }, { random }) => {
      const channels = dims.at(-1)
      if (typeof channels !== 'number') return undefined
      const [scale, offset, mean, variance] = random.times(4, () => floats(random, [channels]))
      const positive = { ...variance!, values: variance!.values.map((value) => Math.abs(value) + 0.3) }
      return computing(op, [ref, scale!, offset!, mean!, positive], {
        ...(random.chance(0.3) ? {} : { epsilon: attr.float(random.pick([1e-3, 0.1])) }),
        is_training: attr.bool(false),
        data_format: attr.text('NHWC'),
      })
    },
  }
}

function reduction(op: string, types: NodeChoice['types']): NodeChoice {
  const isPicking = op === 'Max' || op === 'Min' || types[0] === 'bool'
  return {
    types,
    ranks: DIMENSIONED,
    make: (x, supply) => {
      const { random } = supply
      const { dims, isExact } = x
      // Products of larger integers overflow, each backend in its way.
      const ref = op === 'Prod' && x.type === 'int32' ? supply.indices(dims, 3) : x.ref
      const axes = someAxes(random, dims)
      const isOne = axes.length === 1 && random.chance(0.4)
      const axis = isOne ? scalar('int32', axes[0]!) : integers(axes)
      const made = computing(op, [ref, axis], { keep_dims: attr.bool(random.chance(0.4)) })
      return { ...made, isExact: isExact && isPicking }
    },
  }
}

function arg(op: string): NodeChoice {
  return {
    types: NUMBERS,
    ranks: DIMENSIONED,
    wantsExact: true,
    make: ({ ref, dims }, { random }) => moving(op, [ref, scalar('int32', anAxis(random, dims))]),
  }
}

function cumulative(op: string): NodeChoice {
  return {
    types: FLOATS,
    ranks: DIMENSIONED,
    make: ({ ref, dims }, { random }) =>
      computing(op, [ref, scalar('int32', anAxis(random, dims))], {
        exclusive: attr.bool(random.chance(0.4)),
        reverse: attr.bool(random.chance(0.4)),
      }),
  }
}

function resize(op: string): NodeChoice {
  return {
    types: FLOATS,
    ranks: [4],
    make: ({ ref }, { random }) => {
      const mode = random.pick([{}, { align_corners: true }, { half_pixel_centers: true }])
      const attributes = Object.fromEntries(Object.keys(mode).map((name) => [name, attr.bool(true)]))
      const size = integers([sizeOf(random, 12), sizeOf(random, 12)])
      return computing(op, [ref, size], attributes)
    },
  }
}
