import type { ElementType } from '../../../../../src/flavors/tfjs/compile/graph/value.ts'
import type { Random } from '../../../../soak/mlflow-differential/random.ts'
import type { GraphConstant, GraphRef, GraphStep } from '../graph-recipe.ts'
import type { Dims } from '../layers-recipe.ts'

/** A tensor of a graph under way. */
export interface Operand {
  readonly ref: GraphRef
  readonly type: ElementType
  /** null where it depends on the inputs. */
  readonly dims: Dims
  /** Free of rounding, so that what jumps (rounding, comparing) may be applied to it. */
  readonly isExact: boolean
}

/** What a node, or an idiom of several, is made of. */
export interface Made {
  /** Of an idiom, each may take results of those before as `@0`, `@1:1`. */
  readonly steps: readonly GraphStep[]
  /** The results are as exact as the operands. @default false */
  readonly isExact?: boolean
  /** Nothing goes on from the results, which may be NaN or huge. */
  readonly isLast?: boolean
}

/** Operands for a node beside its first. */
export interface Supply {
  readonly random: Random
  /** A tensor of that type and those dimensions: one that is there, or a new input. */
  like(type: ElementType, dims: Dims, isExact?: boolean): GraphRef
  indices(dims: Dims, below: number): GraphRef
}

/** How an operator is put into a random graph. */
export interface NodeChoice {
  readonly types: readonly ElementType[]
  /** Ranks of the first operand. */
  readonly ranks: readonly number[]
  /** Takes exact operands alone. */
  readonly wantsExact?: boolean
  make(x: Operand, supply: Supply): Made | undefined
}

export type NodeChoices = Readonly<Record<string, NodeChoice>>

export const ANY_RANK = [0, 1, 2, 3, 4, 5]
export const DIMENSIONED = [1, 2, 3, 4, 5]
export const ANY_TYPE = ['float32', 'int32', 'bool'] as const
export const NUMBERS = ['float32', 'int32'] as const
export const FLOATS = ['float32'] as const

export function floats(random: Random, shape: readonly number[], scale = 1): GraphConstant {
  const count = shape.reduce((product, dim) => product * dim, 1)
  const values = random.times(count, () => Math.fround((random.next() * 2 - 1) * 1.7 * scale))
  return { type: 'float32', shape, values }
}

export function integers(values: readonly number[]): GraphConstant {
  return { type: 'int32', shape: [values.length], values }
}

export function scalar(type: ElementType, value: number): GraphConstant {
  return { type, shape: [], values: [value] }
}

/** One node that moves, picks or copies elements. */
export function moving(op: string, from: GraphStep['from'], attr: GraphStep['attr'] = {}): Made {
  return { steps: [{ op, from, attr }], isExact: true }
}

/** One node that computes. */
export function computing(op: string, from: GraphStep['from'], attr: GraphStep['attr'] = {}): Made {
  return { steps: [{ op, from, attr }] }
}

export function anAxis(random: Random, dims: Dims): number {
  const axis = random.below(dims.length)
  return random.chance(0.25) ? axis - dims.length : axis
}

export function someAxes(random: Random, dims: Dims): number[] {
  const axes = dims.map((_, axis) => axis).filter(() => random.chance(0.4))
  if (axes.length === 0) return [anAxis(random, dims)]
  return random.chance(0.2) ? axes.map((axis) => axis - dims.length) : axes
}

/** How many channels: few, or as many as onnxruntime has blocked kernels for. */
export function channelsOf(random: Random, most: number): number {
  return random.chance(0.2) ? random.pick([8, 16, 32]) : sizeOf(random, most)
}

export function sizeOf(random: Random, most: number): number {
  return 1 + Math.min(random.below(most), random.below(most))
}
