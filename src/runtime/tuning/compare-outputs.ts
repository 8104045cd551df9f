import type { Datatype, Tensor, TensorMap } from '../../core/tensor.ts'
import { float16ToNumber } from '../../protocols/mlflow-scoring/numpy/float16.ts'
import { isSame } from './trial-row.ts'

/** How far a value may be off, as a share of the largest one of its row: kernels differ by the size of the batch. */
const TOLERANCES: Partial<Record<Datatype, number>> = { FP16: 2e-3, FP32: 1e-5, FP64: 1e-12 }
/** Smaller numbers are nothing: kernels differ in whether they keep denormals. */
const NOTHING: Partial<Record<Datatype, number>> = { FP16: 1e-6, FP32: 1e-36, FP64: 1e-306 }

type Numbers = ArrayLike<number>

/**
 * Where the answers to one row part, in words; undefined where nobody can tell them apart. Floats may be off by a share
 * of the largest one of their row, NaN and infinities have to be in their places, everything else is equal to the last
 * bit, but for the label of a row whose two best scores are equal within that share.
 * @param onTie told of such a label, with how it differs.
 */
export function firstDifference(
  expected: TensorMap,
  actual: TensorMap,
  onTie: (how: string) => void = () => {},
): string | undefined {
  for (const [name, right] of expected) {
    const given = actual.get(name)
    if (given === undefined || isSame(right, given)) {
      if (given === undefined) return `output '${name}' is missing`
      continue
    }
    const how = difference(right, given)
    if (how === undefined) continue
    const inWords = `output '${name}' ${how}`
    if (!isTiedLabel(right, expected)) return inWords
    onTie(inWords)
  }
  return undefined
}

function difference(expected: Tensor, actual: Tensor): string | undefined {
  if (expected.shape.join() !== actual.shape.join()) {
    return `has shape [${actual.shape}] where [${expected.shape}] is right`
  }
  const tolerance = TOLERANCES[expected.datatype]
  if (tolerance !== undefined) return differenceOfFloats(expected, actual, tolerance)
  for (let index = 0; index < expected.data.length; index += 1) {
    if (expected.data[index] !== actual.data[index]) return 'has other values'
  }
  return undefined
}

function differenceOfFloats(expected: Tensor, actual: Tensor, tolerance: number): string | undefined {
  const right = numbersOf(expected)
  const given = numbersOf(actual)
  const allowed = Math.max(tolerance * largestOf(right), NOTHING[expected.datatype]!)
  let off = 0
  for (let index = 0; index < right.length; index += 1) {
    const distance = Math.abs(right[index]! - given[index]!)
    if (distance <= allowed || Object.is(right[index], given[index])) continue
    if (!Number.isFinite(distance)) return `has ${given[index]} where ${right[index]} is right`
    off = Math.max(off, distance)
  }
  return off === 0 ? undefined : `is off by ${percent(off / largestOf(right))}`
}

/** Which of two equal scores is the best one is nobody's to say. */
function isTiedLabel({ datatype, data }: Tensor, outputs: TensorMap): boolean {
  if (TOLERANCES[datatype] !== undefined || data.length !== 1) return false
  for (const scores of outputs.values()) {
    const tolerance = TOLERANCES[scores.datatype]
    if (tolerance !== undefined && haveTie(numbersOf(scores), tolerance)) return true
  }
  return false
}

function haveTie(scores: Numbers, tolerance: number): boolean {
  let [best, second] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let index = 0; index < scores.length; index += 1) {
    const score = scores[index]!
    if (score > best) [best, second] = [score, best]
    else if (score > second) second = score
  }
  return Number.isFinite(second) && best - second <= 2 * tolerance * largestOf(scores)
}

function numbersOf({ datatype, data }: Tensor): Numbers {
  return datatype === 'FP16' ? Float32Array.from(data as Uint16Array, float16ToNumber) : (data as Numbers)
}

/** The largest magnitude among the finite values; 0 where there is none. */
function largestOf(values: Numbers): number {
  let largest = 0
  for (let index = 0; index < values.length; index += 1) {
    const size = Math.abs(values[index]!)
    if (size > largest && size !== Number.POSITIVE_INFINITY) largest = size
  }
  return largest
}

/** `3.1 %`, `0.0021 %`, `210 %`. */
function percent(share: number): string {
  const value = share * 100
  return `${value < 100 ? Number(value.toPrecision(2)) : Math.round(value)} %`
}
