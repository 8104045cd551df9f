import type { Random } from '../../../../soak/mlflow-differential/random.ts'
import { attr, type GraphConstant, type GraphStep } from '../graph-recipe.ts'
import type { Dims } from '../layers-recipe.ts'
import {
  ANY_RANK,
  ANY_TYPE,
  anAxis,
  computing,
  DIMENSIONED,
  FLOATS,
  floats,
  integers,
  type Made,
  moving,
  type NodeChoices,
  NUMBERS,
  type Operand,
  type Supply,
  scalar,
  sizeOf,
} from './node-choice.ts'

/** What moves, cuts, joins and picks elements. */
export const shapes: NodeChoices = {
  Reshape: { types: ANY_TYPE, ranks: ANY_RANK, make: reshape },
  Shape: { types: ANY_TYPE, ranks: DIMENSIONED, make: ({ ref }) => moving('Shape', [ref]) },
  ShapeN: {
    types: ANY_TYPE,
    ranks: DIMENSIONED,
    make: ({ ref }) => moving('ShapeN', [ref, ref], { N: attr.int(2) }),
  },
  Rank: { types: ANY_TYPE, ranks: ANY_RANK, make: ({ ref }) => moving('Rank', [ref]) },
  Size: { types: ANY_TYPE, ranks: ANY_RANK, make: ({ ref }) => moving('Size', [ref]) },
  IdentityN: {
    types: ANY_TYPE,
    ranks: ANY_RANK,
    make: ({ ref }) => moving('IdentityN', [ref, ref], { N: attr.int(2) }),
  },
  Squeeze: {
    types: ANY_TYPE,
    ranks: DIMENSIONED,
    make: ({ ref, dims }, { random }) => {
      const ones = dims.flatMap((dim, axis) => (dim === 1 ? [axis] : []))
      if (ones.length === 0) return undefined
      const axes = ones.filter(() => random.chance(0.6))
      return moving(
        'Squeeze',
        [ref],
        dims.includes(null) || axes.length > 0
          ? { axis: attr.ints(axes), squeeze_dims: attr.ints(axes) }
          : {},
      )
    },
  },
  ExpandDims: {
    types: ANY_TYPE,
    ranks: [0, 1, 2, 3, 4],
    make: ({ ref, dims }, { random }) =>
      moving('ExpandDims', [ref, scalar('int32', random.below(dims.length + 2) - 1)]),
  },
  Transpose: {
    types: ANY_TYPE,
    ranks: DIMENSIONED,
    make: ({ ref, dims }, { random }) =>
      moving('Transpose', [ref, integers(random.shuffled(dims.map((_, axis) => axis)))]),
  },
  Slice: {
    types: ANY_TYPE,
    ranks: DIMENSIONED,
    make: ({ ref, dims }, { random }) => {
      const begin = dims.map((dim) => (dim === null || random.chance(0.4) ? 0 : random.below(dim)))
      const size = dims.map((dim, axis) =>
        dim === null || random.chance(0.4) ? -1 : 1 + random.below(dim - begin[axis]!),
      )
      return moving('Slice', [ref, integers(begin), integers(size)])
    },
  },
  StridedSlice: { types: ANY_TYPE, ranks: DIMENSIONED, make: stridedSlice },
  ConcatV2: { types: ANY_TYPE, ranks: DIMENSIONED, make: (x, supply) => concatenate('ConcatV2', x, supply) },
  Concat: { types: ANY_TYPE, ranks: DIMENSIONED, make: (x, supply) => concatenate('Concat', x, supply) },
  Pack: {
    types: ANY_TYPE,
    ranks: [0, 1, 2, 3, 4],
    make: ({ ref, type, dims }, supply) => {
      const others = supply.random.times(supply.random.below(3), () => supply.like(type, dims, true))
      const axis = supply.random.below(dims.length + 2) - 1
      return moving('Pack', [ref, ...others], { N: attr.int(1 + others.length), axis: attr.int(axis) })
    },
  },
  Unpack: {
    types: ANY_TYPE,
    ranks: DIMENSIONED,
    make: ({ ref, dims }, { random }) => {
      const axis = anAxis(random, dims)
      const count = dims.at(axis)
      if (typeof count !== 'number') return undefined
      return moving('Unpack', [ref], { num: attr.int(count), axis: attr.int(axis) })
    },
  },
  Split: {
    types: ANY_TYPE,
    ranks: DIMENSIONED,
    make: ({ ref, dims }, { random }) => {
      const axis = anAxis(random, dims)
      const count = dims.at(axis)
      if (typeof count !== 'number') return undefined
      const parts = random.pick([1, 2, 3, count].filter((each) => count % each === 0))
      return moving('Split', [scalar('int32', axis), ref], { num_split: attr.int(parts) })
    },
  },
  SplitV: {
    types: ANY_TYPE,
    ranks: DIMENSIONED,
    make: ({ ref, dims }, { random }) => {
      const axis = anAxis(random, dims)
      const count = dims.at(axis)
      if (typeof count !== 'number' || count < 2) return undefined
      const first = 1 + random.below(count - 1)
      const sizes = [first, random.chance(0.4) ? -1 : count - first]
      return moving('SplitV', [ref, integers(sizes), scalar('int32', axis)], { num_split: attr.int(2) })
    },
  },
  Tile: {
    types: ANY_TYPE,
    ranks: DIMENSIONED,
    make: ({ ref, dims }, { random }) => moving('Tile', [ref, integers(dims.map(() => sizeOf(random, 3)))]),
  },
  ReverseV2: {
    types: ANY_TYPE,
    ranks: DIMENSIONED,
    make: ({ ref, dims }, { random }) => {
      const axes = dims.map((_, axis) => axis).filter(() => random.chance(0.5))
      return moving('ReverseV2', [ref, integers(axes.length === 0 ? [0] : axes)])
    },
  },
  Reverse: {
    types: ANY_TYPE,
    ranks: DIMENSIONED,
    make: ({ ref, dims }, { random }) =>
      moving('Reverse', [
        ref,
        { type: 'bool', shape: [dims.length], values: dims.map(() => random.below(2)) },
      ]),
  },
  Pad: {
    types: NUMBERS,
    ranks: DIMENSIONED,
    make: ({ ref, dims }, { random }) => moving('Pad', [ref, pads(random, dims, 3)]),
  },
  PadV2: {
    types: NUMBERS,
    ranks: DIMENSIONED,
    make: ({ ref, type, dims }, { random }) =>
      moving('PadV2', [ref, pads(random, dims, 3), scalar(type, random.below(5) - 2)]),
  },
  MirrorPad: {
    types: FLOATS,
    ranks: DIMENSIONED,
    make: ({ ref, dims }, { random }) =>
      moving('MirrorPad', [ref, pads(random, dims, 2)], {
        mode: attr.text(random.pick(['REFLECT', 'SYMMETRIC'])),
      }),
  },
  GatherV2: { types: ANY_TYPE, ranks: DIMENSIONED, make: gather },
  Gather: {
    types: ANY_TYPE,
    ranks: DIMENSIONED,
    make: ({ ref, dims }, supply) => {
      const [dim] = dims
      return typeof dim === 'number' ? moving('Gather', [ref, supply.indices([null, 2], dim)]) : undefined
    },
  },
  GatherNd: {
    types: NUMBERS,
    ranks: [1, 2, 3],
    make: ({ ref, dims }, { random }) => {
      const depth = 1 + random.below(dims.length)
      const known = dims.slice(0, depth)
      if (known.includes(null)) return undefined
      const values = random.times(3, () => known.map((dim) => random.below(dim!))).flat()
      return moving('GatherNd', [ref, { type: 'int32', shape: [3, depth], values }])
    },
  },
  OneHot: {
    types: ['int32'],
    ranks: [0, 1, 2, 3],
    make: (_, supply) => {
      const { random } = supply
      const from = supply.indices(random.pick([[null], [null, 3], [4]]), 6)
      const depth = scalar('int32', random.pick([6, 6, 4]))
      const values = [scalar('float32', random.pick([1, 2.5])), scalar('float32', random.pick([0, -1]))]
      return moving('OneHot', [from, depth, ...values], { axis: attr.int(-1), T: attr.type('float32') })
    },
  },
  Fill: {
    types: ANY_TYPE,
    ranks: DIMENSIONED,
    make: ({ ref }, { random }) => ofShape('Fill', ref, [scalar('float32', random.below(9) - 4)]),
  },
  Zeros: { types: ANY_TYPE, ranks: DIMENSIONED, make: ({ ref }, { random }) => filled('Zeros', ref, random) },
  Ones: { types: ANY_TYPE, ranks: DIMENSIONED, make: ({ ref }, { random }) => filled('Ones', ref, random) },
  BroadcastArgs: {
    types: ANY_TYPE,
    ranks: DIMENSIONED,
    make: ({ ref }) => {
      const steps: GraphStep[] = [
        { op: 'Shape', from: [ref], attr: {} },
        { op: 'BroadcastArgs', from: ['@0', '@0'], attr: {} },
      ]
      return { steps, isExact: true }
    },
  },
  EnsureShape: {
    types: ANY_TYPE,
    ranks: DIMENSIONED,
    make: ({ ref, dims }) =>
      dims.includes(null) ? undefined : moving('EnsureShape', [ref, integers(dims as number[])]),
  },
  BroadcastTo: {
    types: NUMBERS,
    ranks: [1, 2, 3, 4],
    make: ({ ref, dims }, { random }) => {
      if (dims.includes(null)) return undefined
      const to = (dims as number[]).map((dim) => (dim === 1 ? sizeOf(random, 4) : dim))
      return moving('BroadcastTo', [ref, integers(random.chance(0.3) ? [2, ...to] : to)])
    },
  },
  Range: {
    types: ANY_TYPE,
    ranks: DIMENSIONED,
    make: ({ ref }) => {
      const steps: GraphStep[] = [
        { op: 'Size', from: [ref], attr: {} },
        {
          op: 'Range',
          from: [scalar('int32', 0), '@0', scalar('int32', 2)],
          attr: { Tidx: attr.type('int32') },
        },
      ]
      return { steps, isExact: true }
    },
  },
  LinSpace: {
    types: FLOATS,
    ranks: [1],
    make: (_, { random }) =>
      computing('LinSpace', [
        scalar('float32', -1),
        scalar('float32', 3),
        scalar('int32', 1 + random.below(6)),
      ]),
  },
  SpaceToBatchND: { types: FLOATS, ranks: [4], make: spaceToBatch },
  BatchToSpaceND: { types: FLOATS, ranks: [4], make: batchToSpace },
  DepthToSpace: {
    types: FLOATS,
    ranks: [4],
    make: ({ ref, dims }) => {
      const block = [3, 2].find((each) => (dims.at(-1) ?? 1) % (each * each) === 0)
      if (block === undefined) return undefined
      return moving('DepthToSpace', [ref], { block_size: attr.int(block), data_format: attr.text('NHWC') })
    },
  },
  ScatterNd: {
    types: FLOATS,
    ranks: [1],
    make: (_, { random }) => {
      const rows = random.shuffled([0, 1, 2, 3, 4]).slice(0, 3)
      const indices: GraphConstant = { type: 'int32', shape: [3, 1], values: rows }
      return moving('ScatterNd', [indices, floats(random, [3, 2]), integers([5, 2])])
    },
  },
  TensorScatterUpdate: {
    types: FLOATS,
    ranks: [1, 2],
    make: ({ ref, dims }, { random }) => {
      const [count, ...rest] = dims
      if (typeof count !== 'number' || rest.includes(null)) return undefined
      const index = random.below(count)
      const indices: GraphConstant = { type: 'int32', shape: [1, 1], values: [index] }
      const updates = floats(random, [1, ...(rest as number[])])
      // TF.js's cpu backend writes into the operand, which must be nobody else's.
      const steps: GraphStep[] = [
        { op: 'AddV2', from: [ref, scalar('float32', 0)], attr: {} },
        { op: 'TensorScatterUpdate', from: ['@0', indices, updates], attr: {} },
      ]
      return { steps, isExact: true }
    },
  },
  Where: {
    types: ['bool'],
    ranks: [1, 2, 3],
    make: ({ ref }) => ({ ...moving('Where', [ref]), isLast: true }),
  },
  NonMaxSuppressionV2: {
    types: FLOATS,
    ranks: [2],
    make: (x, supply) => suppression('NonMaxSuppressionV2', x, supply),
  },
  NonMaxSuppressionV3: {
    types: FLOATS,
    ranks: [2],
    make: (x, supply) => suppression('NonMaxSuppressionV3', x, supply),
  },
  NonMaxSuppressionV4: {
    types: FLOATS,
    ranks: [2],
    make: (x, supply) => suppression('NonMaxSuppressionV4', x, supply),
  },
  NonMaxSuppressionV5: {
    types: FLOATS,
    ranks: [2],
    make: (x, supply) => suppression('NonMaxSuppressionV5', x, supply),
  },
}

/** To a shape that is known but for the rows, or computed from the operand's own as exported graphs do it. */
function reshape({ ref, dims }: Operand, { random }: Supply): Made | undefined {
  const free = dims.filter((dim) => dim === null).length
  const known = dims.reduce<number>((count, dim) => count * (dim ?? 1), 1)
  if (free > 1) return moving('Reshape', [ref, integers([-1])])
  const row = divided(random, known)
  if (free === 0 && random.chance(0.5)) return moving('Reshape', [ref, integers(row)])
  if (random.chance(0.5) || dims[0] !== null) return moving('Reshape', [ref, integers([-1, ...row])])
  const rest = row.map((dim) => scalar('int32', dim))
  const steps: GraphStep[] = [
    { op: 'Shape', from: [ref], attr: {} },
    {
      op: 'StridedSlice',
      from: ['@0', integers([0]), integers([1]), integers([1])],
      attr: { shrink_axis_mask: attr.int(1) },
    },
    { op: 'Pack', from: ['@1', ...rest], attr: { N: attr.int(1 + rest.length), axis: attr.int(0) } },
    { op: 'Reshape', from: [ref, '@2'], attr: {} },
  ]
  return { steps, isExact: true }
}

function divided(random: Random, count: number): number[] {
  const divisors = Array.from({ length: count }, (_, at) => at + 1).filter((each) => count % each === 0)
  const first = random.pick(divisors)
  return random.chance(0.3) ? [count] : [first, count / first]
}

function stridedSlice({ ref, dims }: Operand, { random }: Supply): Made {
  const named = dims.slice(0, 1 + random.below(dims.length))
  const strides = named.map(() => random.pick([1, 1, 1, 2, -1]))
  const begin = named.map((dim) => random.below(2 * (dim ?? 2)) - (dim ?? 2))
  const end = named.map((dim) => random.below(2 * (dim ?? 2) + 2) - (dim ?? 2))
  const mask = () =>
    attr.int(named.reduce<number>((bits, _, axis) => bits + (random.chance(0.35) ? 1 << axis : 0), 0))
  const shrink = named.reduce<number>(
    (bits, _, axis) => bits + (random.chance(0.15) && strides[axis]! > 0 ? 1 << axis : 0),
    0,
  )
  const special = random.chance(0.15) ? { ellipsis_mask: attr.int(1 << random.below(named.length)) } : {}
  const added = random.chance(0.1) ? { new_axis_mask: attr.int(1) } : {}
  return moving('StridedSlice', [ref, integers(begin), integers(end), integers(strides)], {
    begin_mask: mask(),
    end_mask: mask(),
    shrink_axis_mask: attr.int(shrink),
    ...special,
    ...added,
  })
}

function concatenate(op: string, { ref, type, dims }: Operand, supply: Supply): Made {
  const axis = anAxis(supply.random, dims)
  const others = supply.random.times(1 + supply.random.below(2), () => supply.like(type, dims, true))
  const parts = [ref, ...others]
  const where = scalar('int32', axis)
  const step = {
    op,
    from: op === 'Concat' ? [where, ...parts] : [...parts, where],
    attr: { N: attr.int(parts.length) },
  }
  return { steps: [step], isExact: true }
}

function pads(random: Random, dims: Dims, most: number): GraphConstant {
  const values = dims.flatMap((dim) =>
    [0, 0].map(() => (dim === null ? 0 : random.below(Math.min(most, dim)))),
  )
  return { type: 'int32', shape: [dims.length, 2], values }
}

function gather({ ref, dims }: Operand, supply: Supply): Made | undefined {
  const { random } = supply
  const axis = random.below(dims.length)
  const dim = dims[axis]
  if (typeof dim !== 'number') return undefined
  const isConstant = random.chance(0.5)
  const shape = random.pick([[], [3], [2, 2]])
  const values = random.times(
    shape.reduce((count, each) => count * each, 1),
    () => random.below(dim),
  )
  const indices = isConstant ? { type: 'int32' as const, shape, values } : supply.indices([null, 2], dim)
  return moving('GatherV2', [ref, indices, scalar('int32', random.chance(0.3) ? axis - dims.length : axis)])
}

/** An operator that takes the shape of another tensor. */
function ofShape(op: string, ref: string, more: readonly GraphConstant[]): Made {
  const steps: GraphStep[] = [
    { op: 'Shape', from: [ref], attr: {} },
    { op, from: ['@0', ...more], attr: {} },
  ]
  return { steps, isExact: true }
}

function filled(op: string, ref: string, random: Random): Made {
  const steps: GraphStep[] = [
    { op: 'Shape', from: [ref], attr: {} },
    { op, from: ['@0'], attr: { T: attr.type(random.pick(NUMBERS)) } },
  ]
  return { steps, isExact: true }
}

function spaceToBatch({ ref, dims }: Operand, { random }: Supply): Made | undefined {
  const [, height, width] = dims
  if (typeof height !== 'number' || typeof width !== 'number') return undefined
  const blocks = [1 + random.below(3), 1 + random.below(3)]
  const before = [random.below(2), random.below(2)]
  const after = [height, width].map(
    (size, at) => (blocks[at]! - ((size + before[at]!) % blocks[at]!)) % blocks[at]!,
  )
  const paddings: GraphConstant = {
    type: 'int32',
    shape: [2, 2],
    values: [before[0]!, after[0]!, before[1]!, after[1]!],
  }
  return moving('SpaceToBatchND', [ref, integers(blocks), paddings])
}

function batchToSpace({ ref, dims }: Operand, { random }: Supply): Made | undefined {
  const [rows, height, width] = dims
  if (typeof height !== 'number' || typeof width !== 'number') return undefined
  const blocks = random.pick([
    [2, 2],
    [1, 3],
    [2, 1],
  ])
  if (typeof rows === 'number' && rows % (blocks[0]! * blocks[1]!) !== 0) return undefined
  const crops: GraphConstant = {
    type: 'int32',
    shape: [2, 2],
    values: random.times(4, () => random.below(2)),
  }
  const block = blocks[0]! * blocks[1]!
  if (typeof rows === 'number') return moving('BatchToSpaceND', [ref, integers(blocks), crops])
  const steps: GraphStep[] = [
    { op: 'Tile', from: [ref, integers([block, 1, 1, 1])], attr: {} },
    { op: 'BatchToSpaceND', from: ['@0', integers(blocks), crops], attr: {} },
  ]
  return { steps, isExact: true }
}

/** Boxes whose corners are in no order, and scores that are given with them. */
function suppression(op: string, { ref, dims, isExact }: Operand, supply: Supply): Made | undefined {
  if (!isExact || dims[1] !== 4) return undefined
  const { random } = supply
  const scores = supply.like('float32', [dims[0]!], true)
  const most = scalar('int32', 1 + random.below(4))
  const limits = [0.3137, -0.5, 0].map((value) => scalar('float32', Math.fround(value)))
  const count = {
    NonMaxSuppressionV2: 1,
    NonMaxSuppressionV3: 2,
    NonMaxSuppressionV4: 2,
    NonMaxSuppressionV5: 3,
  }[op]
  const attributes = op.endsWith('V4') ? { pad_to_max_output_size: attr.bool(random.chance(0.5)) } : {}
  return { ...moving(op, [ref, scores, most, ...limits.slice(0, count)], attributes), isLast: true }
}
