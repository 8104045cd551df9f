import type { ConstantData, Shape, Value } from '../graph/value.ts'
import type { OnnxGraph } from '../onnx/onnx-graph.ts'
import { permuted } from './permute.ts'

/**
 * Order of the dimensions, in Keras's words. `channelsLast` is TF.js's (rows, height, width, channels);
 * `channelsFirst` is what ONNX's convolutions take (rows, channels, height, width). Under three dimensions both are
 * the same.
 */
export type Layout = 'channelsLast' | 'channelsFirst'

/** What a value is called in ONNX, in either order. */
type Names = Partial<Record<Layout, string>>

/**
 * Where values are on their way into ONNX. A value is there in one order, in the other as well once somebody asked for
 * it, so that between two operators of one order nothing is transposed.
 */
export class Lowering {
  readonly onnx: OnnxGraph
  readonly #names = new Map<Value, Names>()
  readonly #arranged = new Map<Value, Map<string, string>>()
  readonly #flattened = new Map<Value, Value>()

  constructor(onnx: OnnxGraph) {
    this.onnx = onnx
  }

  /** Says what a result is called in ONNX. Under three dimensions the layout is without meaning. */
  define(value: Value, name: string, layout: Layout = 'channelsLast'): void {
    this.#names.set(value, { [normalLayout(value, layout)]: name })
  }

  /**
   * Says that a result is a matrix of `images`, with the places and channels of each row side by side. It is put into
   * TF.js's order once somebody asks for it.
   */
  defineFlattened(value: Value, images: Value): void {
    this.#flattened.set(value, images)
  }

  /** The images that a matrix was made of, for operators that can take their elements in another order. */
  flattenedFrom(value: Value): Value | undefined {
    return this.#flattened.get(value)
  }

  /** Name of the value in TF.js's order of dimensions. */
  channelsLast(value: Value): string {
    return this.#in(value, 'channelsLast')
  }

  /** Name of the value with its channels, the last dimension, right after the rows. */
  channelsFirst(value: Value): string {
    return this.#in(value, 'channelsFirst')
  }

  in(layout: Layout, value: Value): string {
    return this.#in(value, layout)
  }

  /** Whether the value is there with its channels first, so that an operator that takes both had better stay there. */
  isChannelsFirst(value: Value): boolean {
    return this.#names.get(value)?.channelsFirst !== undefined
  }

  /** The order that the value is there in: where an operator takes both, the one that costs nothing. */
  layoutOf(value: Value): Layout {
    return value.constant === undefined && this.isChannelsFirst(value) ? 'channelsFirst' : 'channelsLast'
  }

  /**
   * Name of the value with its dimensions in an order of its own, as the weights of a convolution have: dimension `i`
   * is dimension `order[i]` of the value. Constants are rearranged now, and once.
   * @param shape what the result is then reshaped to.
   */
  arranged(value: Value, order: readonly number[], shape?: readonly number[]): string {
    return this.once(value, `${order} ${shape}`, () => this.#arrange(value, order, shape))
  }

  /** Name of what is made of a value in some way, and only once. */
  once(value: Value, key: string, make: () => string): string {
    const arrangements = this.#arranged.get(value) ?? new Map<string, string>()
    this.#arranged.set(value, arrangements)
    const name = arrangements.get(key) ?? make()
    arrangements.set(key, name)
    return name
  }

  #arrange(value: Value, order: readonly number[], shape: readonly number[] | undefined): string {
    if (value.constant !== undefined) {
      const constant = permuted(value.constant, order)
      return this.onnx.constant(shape === undefined ? constant : { ...constant, shape })
    }
    const name = this.onnx.node('Transpose', [this.channelsLast(value)], { perm: order })
    return shape === undefined ? name : this.onnx.node('Reshape', [name, this.onnx.integers(shape)])
  }

  /**
   * Names of operands that are broadcast against each other into a result of `rank` dimensions, all in one layout:
   * channels first where one of the full rank is there, so that element-wise operators never cost a transposition.
   */
  broadcast(
    operands: readonly Value[],
    rank: number,
  ): { readonly layout: Layout; readonly names: readonly string[] } {
    const first = operands.some(
      (value) => value.shape.length === rank && this.layoutOf(value) === 'channelsFirst',
    )
    if (!first) {
      return { layout: 'channelsLast', names: operands.map((value) => this.channelsLast(value)) }
    }
    return { layout: 'channelsFirst', names: operands.map((value) => this.#raised(value, rank)) }
  }

  /** A constant's own name, written where it is asked for the first time. */
  #in(value: Value, layout: Layout): string {
    const wanted = normalLayout(value, layout)
    let names = this.#names.get(value)
    if (names === undefined) {
      names = this.#unflattened(value)
      this.#names.set(value, names)
    }
    const name = names[wanted] ?? this.#make(value, names, wanted)
    names[wanted] = name
    return name
  }

  /** No names yet for a constant; for a matrix of images the one that it has from now on. */
  #unflattened(value: Value): Names {
    if (value.constant !== undefined) return {}
    const images = this.#flattened.get(value)
    if (images === undefined) throw new Error('A value is used before the node that gives it')
    return { channelsLast: this.onnx.node('Flatten', [this.channelsLast(images)], { axis: 1 }) }
  }

  #make({ constant, shape }: Value, names: Names, wanted: Layout): string {
    const rank = shape.length
    if (constant !== undefined) {
      return this.onnx.constant(wanted === 'channelsFirst' ? permuted(constant, toFirst(rank)) : constant)
    }
    const [from, perm] =
      wanted === 'channelsFirst' ? [names.channelsLast!, toFirst(rank)] : [names.channelsFirst!, toLast(rank)]
    const dims = reshapedTo(shape, wanted)
    if (dims !== undefined) return this.onnx.node('Reshape', [from, this.onnx.integers(dims)])
    return this.onnx.node('Transpose', [from], { perm })
  }

  /** The operand in the channels-first order of `rank` dimensions: missing ones are 1 and come before its own. */
  #raised(value: Value, rank: number): string {
    const missing = rank - value.shape.length
    if (missing === 0 || value.shape.length === 0) return this.channelsFirst(value)
    return this.once(value, `raised ${rank}`, () => this.#raise(value, rank, missing))
  }

  #raise(value: Value, rank: number, missing: number): string {
    if (value.constant !== undefined) {
      const { constant } = value
      const shape = [...new Array<number>(missing).fill(1), ...constant.shape]
      return this.onnx.constant(permuted({ ...constant, shape } as ConstantData, toFirst(rank)))
    }
    if (value.shape.length === 1) {
      const around = [0, ...Array.from({ length: rank - 2 }, (_, index) => index + 2)]
      return this.onnx.node('Unsqueeze', [this.channelsLast(value), this.onnx.integers(around)])
    }
    const axes = this.onnx.integers(Array.from({ length: missing }, (_, axis) => axis))
    const raised = this.onnx.node('Unsqueeze', [this.channelsLast(value), axes])
    return this.onnx.node('Transpose', [raised], { perm: toFirst(rank) })
  }
}

/** The axis of the channels-first order that an axis of TF.js's order becomes. */
export function channelsFirstAxis(axis: number, rank: number): number {
  if (rank < 3 || axis === 0) return axis
  return axis === rank - 1 ? 1 : axis + 1
}

/** The list of something that each dimension has, in a layout. */
export function inLayout<T>(layout: Layout, list: readonly T[]): readonly T[] {
  return layout === 'channelsLast' || list.length < 3 ? list : toFirst(list.length).map((axis) => list[axis]!)
}

/**
 * What a tensor is reshaped to instead of transposed, where its channels or its places are but one so that nothing
 * moves; undefined where something does, or where the dimensions are not known well enough.
 */
function reshapedTo(shape: Shape, wanted: Layout): readonly number[] | undefined {
  const places = shape.slice(1, -1)
  if (shape.at(-1) !== 1 && places.some((dim) => dim !== 1)) return undefined
  const dims = inLayout(wanted, shape)
  const free = dims.slice(1).filter((dim) => dim === null).length
  if (free > 1 || dims.includes(0)) return undefined
  // 0 takes over the number of rows, -1 is what remains.
  return dims.map((dim, axis) => dim ?? (axis === 0 ? 0 : -1))
}

function normalLayout({ shape }: Value, layout: Layout): Layout {
  return shape.length < 3 ? 'channelsLast' : layout
}

function toFirst(rank: number): readonly number[] {
  return [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, index) => index + 1)]
}

function toLast(rank: number): readonly number[] {
  return [0, ...Array.from({ length: rank - 2 }, (_, index) => index + 2), 1]
}
