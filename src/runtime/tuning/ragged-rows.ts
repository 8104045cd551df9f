import type { TensorMetadata } from '../../core/predictor.ts'
import type { Datatype, Tensor, TensorMap } from '../../core/tensor.ts'
import { lengthClass, type SequenceLayout } from '../batching/masked-rows.ts'
import { resizedAxis } from '../batching/resized-axis.ts'
import { NotBatched } from './not-batched.ts'
import type { TrialRow } from './trial-row.ts'

/** The inputs of a model with a mask. */
export type SequenceInputs = Pick<SequenceLayout, 'mask' | 'inputs'>

const NAMED_MASK = /mask/i
const NO_MASK: readonly Datatype[] = ['BYTES', 'FP16']
/** Lengths to try, as shares of the longest. */
const SHARES = [1, 0.25, 0.75, 0.5, 0.9]
/** With fewer lengths than this in its class, a sequence is cut to the class below. */
const FEWEST_LENGTHS = 4

/** The mask of a model and what it belongs to; undefined where it has none, or `row` is no example of one. */
export function findSequences(
  inputs: readonly TensorMetadata[],
  row: TensorMap | undefined,
): SequenceInputs | undefined {
  const mask = inputs.find(isMask)
  const length = mask && row?.get(mask.name)?.shape[1]
  if (mask === undefined || length === undefined) return undefined
  const names = inputs
    .filter(({ name, shape }) => shape[1] === -1 && row?.get(name)?.shape[1] === length)
    .map(({ name }) => name)
  return names.length > 1 ? { mask: mask.name, inputs: new Set(names) } : undefined
}

function isMask({ name, datatype, shape }: TensorMetadata): boolean {
  return NAMED_MASK.test(name) && !NO_MASK.includes(datatype) && shape.length === 2 && shape[1] === -1
}

/**
 * The rows without what their masks say is filled up, cut to different lengths that may share a batch.
 * @throws NotBatched where they are too short for that, or their masks have gaps.
 */
export function raggedRows(rows: readonly TensorMap[], sequences: SequenceInputs): TensorMap[] {
  const whole = rows.flatMap((row) => withoutPadding(row, sequences))
  const lengths = lengthsWithin(Math.max(0, ...whole.map((row) => lengthOf(row, sequences))))
  if (lengths.length < 2)
    throw new NotBatched('the sequences of its input example are too short, or have gaps')
  return lengths.flatMap((_, turn) =>
    whole.map((row, index) => cut(row, sequences, lengths[(turn + index) % lengths.length]!)),
  )
}

/** Lengths of one class, the longest first. */
function lengthsWithin(longest: number): number[] {
  const below = 2 ** (lengthClass(longest) - 1)
  const least = longest <= 16 ? 1 : below + 1
  const most = longest - least + 1 < FEWEST_LENGTHS && longest > 16 ? below : longest
  const shortest = most < least ? (most <= 16 ? 1 : below / 2 + 1) : least
  const lengths = SHARES.map((share) => Math.max(shortest, Math.ceil(most * share)))
  return [...new Set(lengths)].filter((length) => length > 0 && length <= most)
}

function withoutPadding(row: TensorMap, sequences: SequenceInputs): TensorMap[] {
  const values = Array.from(row.get(sequences.mask)!.data as Float64Array, Number)
  const length = values.findLastIndex((value) => value !== 0) + 1
  if (length === 0 || values.slice(0, length).includes(0)) return []
  return [cut(row, sequences, length)]
}

function lengthOf(row: TensorMap, { mask }: SequenceInputs): number {
  return row.get(mask)!.shape[1]!
}

/** What is shorter stays as it is. */
function cut(row: TensorMap, sequences: SequenceInputs, length: number): TensorMap {
  if (lengthOf(row, sequences) <= length) return row
  const resized = ([name, tensor]: [string, Tensor]): [string, Tensor] => [
    name,
    sequences.inputs.has(name) ? resizedAxis(tensor, 1, length) : tensor,
  ]
  return new Map([...row].map(resized))
}

/**
 * Which dimensions of the outputs go with the length of the sequence.
 * @param rows of several lengths.
 * @throws NotBatched where one goes with it in another way than being equal.
 */
export function sequenceLayout(rows: readonly TrialRow[], sequences: SequenceInputs): SequenceLayout {
  const lengths = rows.map(({ inputs }) => lengthOf(inputs, sequences))
  if (new Set(lengths).size < 2) throw new NotBatched('it takes sequences of one length only')
  const outputs = new Map<string, readonly number[]>()
  for (const name of rows[0]!.outputs.keys()) {
    const shapes = rows.map((row) => row.outputs.get(name)!.shape)
    outputs.set(name, sequenceAxes(name, shapes, lengths))
  }
  return { ...sequences, outputs }
}

function sequenceAxes(
  name: string,
  shapes: readonly (readonly number[])[],
  lengths: readonly number[],
): readonly number[] {
  const axes: number[] = []
  for (let axis = 1; axis < shapes[0]!.length; axis += 1) {
    const sizes = shapes.map((shape) => shape[axis])
    if (sizes.every((size, index) => size === lengths[index])) axes.push(axis)
    else if (new Set(sizes).size > 1) {
      throw new NotBatched(
        `the shape of its output '${name}' goes with the length of the input in a way of its own`,
      )
    }
  }
  return axes
}
