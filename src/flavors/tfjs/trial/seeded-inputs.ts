import { allocate, elementCount, type Tensor, type TensorMap } from '../../../core/tensor.ts'
import type { ElementType, Shape } from '../compile/graph/value.ts'
import { SeededRandom } from './seeded-random.ts'

/** An input of a model, as far as values for it can be made up. */
export interface ProvableInput {
  readonly name: string
  readonly type: ElementType
  readonly shape: Shape
  /** The values are indices, whole numbers below this; undefined where they are not. */
  readonly indexLimit?: number
}

/** Where the values of a row are drawn from. */
export type Spread =
  /** Around 0, with a deviation of `scale`. */
  | { readonly kind: 'normal'; readonly scale: number }
  /** From 0 to `scale`: what images are given as. */
  | { readonly kind: 'uniform'; readonly scale: number }
  /** One value in all places. */
  | { readonly kind: 'flat'; readonly scale: number }

/** What the inputs of one run are made from. */
export interface InputCase {
  /** One for each row; of an input whose number of rows is fixed the first counts for all. */
  readonly spreads: readonly Spread[]
  /** For free dimensions after the rows: of the first of them, of the second, and so on in turns. */
  readonly sizes: readonly number[]
  readonly seed: number
}

export function describeSpread({ kind, scale }: Spread): string {
  return kind === 'uniform' ? `values from 0 to ${scale}` : `scale ${scale}`
}

/** Values for all inputs of a model, the same ones for the same case. */
export function seededInputs(inputs: readonly ProvableInput[], inputCase: InputCase): TensorMap {
  const random = new SeededRandom(inputCase.seed)
  return new Map(inputs.map((input) => [input.name, seededTensor(input, inputCase, random)]))
}

const DATATYPES = { float32: 'FP32', int32: 'INT32', bool: 'BOOL' } as const

/** Shapes of the inputs of a case, by name. */
export function seededShapes(
  inputs: readonly ProvableInput[],
  inputCase: Omit<InputCase, 'seed'>,
): ReadonlyMap<string, readonly number[]> {
  return new Map(inputs.map((input) => [input.name, seededShape(input, inputCase)]))
}

function seededShape(
  { shape }: ProvableInput,
  { spreads, sizes }: Omit<InputCase, 'seed'>,
): readonly number[] {
  return shape.map((dim, axis) => dim ?? sizeOf(axis, spreads, sizes))
}

function seededTensor(input: ProvableInput, inputCase: InputCase, random: SeededRandom): Tensor {
  const { spreads } = inputCase
  const shape = seededShape(input, inputCase)
  const datatype = DATATYPES[input.type]
  const data = allocate(datatype, elementCount(shape))
  const length = input.shape[0] === null ? data.length / spreads.length : data.length
  for (let from = 0; from < data.length; from += length) {
    const draw = drawFor(input, spreads[from / length]!, random)
    for (let index = from; index < from + length; index += 1) data[index] = draw()
  }
  return { datatype, shape, data } as Tensor
}

function sizeOf(axis: number, spreads: readonly Spread[], sizes: readonly number[]): number {
  return axis === 0 ? spreads.length : (sizes[(axis - 1) % sizes.length] ?? 1)
}

/** Integers that are no indices are spread over ten times the scale. */
function drawFor({ type, indexLimit }: ProvableInput, spread: Spread, random: SeededRandom): () => number {
  if (indexLimit !== undefined) return () => random.below(indexLimit)
  if (type === 'bool') return () => random.below(2)
  if (type === 'int32') return () => Math.round(draw(spread, random) * 10)
  if (spread.kind !== 'flat') return () => draw(spread, random)
  const value = draw(spread, random)
  return () => value
}

function draw({ kind, scale }: Spread, random: SeededRandom): number {
  return scale * (kind === 'uniform' ? random.uniform() : random.normal())
}
