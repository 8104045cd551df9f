import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { attribute, GraphBuilder } from '../../../../fixtures/tfjs/graph-builder.ts'
import { useQuietCpu } from '../../../../fixtures/tfjs/quiet-cpu.ts'
import { counted } from '../graph-def/counted.ts'
import { expectLikeTfjs } from '../graph-def/like-tfjs.ts'

await useQuietCpu()

const { integer, integers, text } = attribute

interface Start {
  readonly dims: readonly number[]
  /** Which of them the compiler is not told. */
  readonly hidden: readonly boolean[]
  /** Whether the value lies with its channels first: behind a pool of one place, which changes nothing. */
  readonly isPooled: boolean
}

const start: fc.Arbitrary<Start> = fc.record({
  dims: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 4 }),
  hidden: fc.tuple(fc.boolean(), fc.boolean(), fc.constant(false), fc.constant(false)),
  isPooled: fc.boolean(),
})

/** Draws what a step needs. */
type Draw = (below: number) => number

/** A step from a value of some dimensions to the next one. */
type Step = (
  builder: GraphBuilder,
  x: string,
  dims: readonly number[],
  draw: Draw,
) => readonly [string, readonly number[]]

const STEPS: readonly Step[] = [
  (builder, x, dims, draw) => {
    const order = shuffled(
      dims.map((_, axis) => axis),
      draw,
    )
    return [builder.node('Transpose', [x, builder.integers(order)]), order.map((axis) => dims[axis]!)]
  },
  (builder, x, dims, draw) => {
    const axis = draw(dims.length + 1)
    const grown = [...dims.slice(0, axis), 1, ...dims.slice(axis)]
    return dims.length > 4 ? [x, dims] : [builder.node('ExpandDims', [x, builder.integer(axis)]), grown]
  },
  (builder, x, dims, draw) => {
    const ones = dims.flatMap((dim, axis) => (dim === 1 && axis > 1 ? [axis] : []))
    if (ones.length === 0) return [x, dims]
    const axis = ones[draw(ones.length)]!
    return [
      builder.node('Squeeze', [x], { axis: integers([axis]) }),
      dims.filter((_, other) => other !== axis),
    ]
  },
  (builder, x, dims, draw) => {
    const axes = dims.flatMap((_, axis) => (draw(2) === 1 ? [axis] : []))
    return [builder.node('ReverseV2', [x, builder.integers(axes)]), dims]
  },
  (builder, x, dims, draw) => {
    const repeats = dims.map(() => 1 + draw(2))
    return [
      builder.node('Tile', [x, builder.integers(repeats)]),
      dims.map((dim, axis) => dim * repeats[axis]!),
    ]
  },
  (builder, x, dims, draw) => {
    const begin = dims.map((dim) => draw(dim))
    const size = dims.map((dim, axis) => (draw(2) === 1 ? -1 : 1 + draw(dim - begin[axis]!)))
    const cut = dims.map((dim, axis) => (size[axis] === -1 ? dim - begin[axis]! : size[axis]!))
    return [builder.node('Slice', [x, builder.integers(begin), builder.integers(size)]), cut]
  },
  (builder, x, dims, draw) => {
    const pads = dims.map(() => [draw(2), draw(2)])
    const padded = builder.node('Pad', [x, builder.integers(pads.flat(), [dims.length, 2])])
    return [padded, dims.map((dim, axis) => dim + pads[axis]![0]! + pads[axis]![1]!)]
  },
  (builder, x, dims, draw) => {
    const axis = draw(dims.length)
    const indices = Array.from({ length: 1 + draw(3) }, () => draw(dims[axis]!))
    const picked = builder.node('GatherV2', [x, builder.integers(indices), builder.integer(axis)])
    return [picked, dims.map((dim, other) => (other === axis ? indices.length : dim))]
  },
  (builder, x, dims, draw) => {
    const axis = draw(dims.length)
    const joined = builder.node('ConcatV2', [x, x, builder.integer(axis)], { N: integer(2) })
    return [joined, dims.map((dim, other) => (other === axis ? 2 * dim : dim))]
  },
  (builder, x, dims, draw) => {
    const shape = builder.node('Shape', [x])
    const parts = dims.map((_, axis) => {
      const bounds = [axis, axis + 1, 1].map((value) => builder.integers([value]))
      return builder.node('StridedSlice', [shape, ...bounds], { shrink_axis_mask: integer(1) })
    })
    if (dims.length < 2) return [x, dims]
    const axis = draw(dims.length - 1)
    const joined = builder.node('Mul', [parts[axis]!, parts[axis + 1]!])
    const packed = builder.node('Pack', [...parts.slice(0, axis), joined, ...parts.slice(axis + 2)])
    const merged = [...dims.slice(0, axis), dims[axis]! * dims[axis + 1]!, ...dims.slice(axis + 2)]
    return [builder.node('Reshape', [x, packed]), merged]
  },
]

describe('operators that move elements', () => {
  it('move them as TF.js does, one after the other', async () => {
    const draws = fc.array(fc.nat(), { minLength: 60, maxLength: 60 })
    const steps = fc.array(fc.nat(STEPS.length - 1), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(start, steps, draws, async (from, chosen, numbers) => {
        await compare(from, chosen, numbers)
      }),
      { numRuns: 300, seed: 42 },
    )
  })
})

async function compare(
  { dims, hidden, isPooled }: Start,
  chosen: readonly number[],
  numbers: readonly number[],
) {
  const builder = new GraphBuilder()
  const input = builder.input(dims.map((dim, axis) => (hidden[axis] ? -1 : dim)))
  let at = 0
  const draw: Draw = (below) => numbers[at++ % numbers.length]! % below
  let [x, now]: readonly [string, readonly number[]] = [isPooled ? pooled(builder, input) : input, dims]
  for (const step of chosen) {
    if (now.length > 5 || now.reduce((product, dim) => product * dim, 1) > 5000) break
    ;[x, now] = STEPS[step]!(builder, x, now, draw)
  }
  await expectLikeTfjs(builder.output(builder.node('Identity', [x])), { runs: [[counted(dims)]] })
}

function pooled(builder: GraphBuilder, x: string): string {
  const ones = integers([1, 1, 1, 1])
  return builder.node('MaxPool', [x], { ksize: ones, strides: ones, padding: text('VALID') })
}

function shuffled(list: readonly number[], draw: Draw): readonly number[] {
  const rest = [...list]
  return list.map(() => rest.splice(draw(rest.length), 1)[0]!)
}
