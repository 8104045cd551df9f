import { badRequest } from '../../../core/errors.ts'
import type { OutputMetadata } from '../../../core/predictor.ts'
import { elementCount, type Tensor } from '../../../core/tensor.ts'
import { float16ToNumber } from '../../mlflow-scoring/numpy/float16.ts'
import { quoted } from '../quoted.ts'
import { shortestFloat32 } from './shortest-float32.ts'

/** How the rows of an output are told apart. */
export interface ClassifyOptions {
  /** How many of a row's largest values are wanted; all where there are not as many. */
  readonly classes: number
  readonly batchable: boolean
}

/**
 * The largest values of each row, the largest first, as texts `value:index`, or `value:index:label` where the labels of
 * the output are known (Triton's classification extension). Of equal values the first comes first; NaN comes last.
 * @throws ServingError BAD_REQUEST for an output of text
 */
export function classify(
  tensor: Tensor,
  { name, classLabels }: OutputMetadata,
  { classes, batchable }: ClassifyOptions,
): Tensor {
  if (tensor.datatype === 'BYTES') {
    throw badRequest(`Output ${quoted(name)} is text, of which there is no classification.`, { output: name })
  }
  const hasRows = batchable || classLabels !== undefined
  const rows = hasRows ? (tensor.shape[0] ?? 1) : 1
  const width = rows === 0 ? 0 : elementCount(tensor.shape) / rows
  const count = Math.min(classes, width)
  const data: string[] = []
  for (let row = 0; row < rows; row++) {
    const values = rowOf(tensor, row * width, width)
    for (const at of largestFirst(values).slice(0, count)) {
      const label = classLabels?.[at]
      data.push(`${values[at]}:${at}${label === undefined ? '' : `:${label}`}`)
    }
  }
  return { datatype: 'BYTES', shape: hasRows ? [rows, count] : [count], data }
}

type Numbers = Exclude<Tensor, { readonly datatype: 'BYTES' }>

function rowOf({ datatype, data }: Numbers, start: number, width: number): readonly (number | bigint)[] {
  const elements: ArrayLike<number | bigint> = data
  const row = Array.from({ length: width }, (_, i) => elements[start + i]!)
  if (datatype === 'FP32') return row.map((value) => shortestFloat32(Number(value)))
  return datatype === 'FP16' ? row.map((half) => float16ToNumber(Number(half))) : row
}

/** Positions within a row, that of the largest value first. */
function largestFirst(values: readonly (number | bigint)[]): readonly number[] {
  return Array.from(values.keys()).sort((a, b) => descending(values[a]!, values[b]!))
}

function descending(a: number | bigint, b: number | bigint): number {
  if (a > b) return -1
  if (a < b) return 1
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}
