import { badRequest } from '../../core/errors.ts'
import type { Tensor, TensorMap } from '../../core/tensor.ts'
import { shortestFloat32 } from '../../protocols/open-inference/reply/shortest-float32.ts'
import { halfNumber } from '../../rollout/comparison/half-number.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { RequestHead } from '../request-head.ts'

/** Characters of a key. */
const LONGEST_KEY = 256

/** What a header may hold whoever reads it; other text has no one spelling in HTTP, and so no one hash. */
const PRINTABLE = /^[\x20-\x7e]+$/

/**
 * The key that a header gives; undefined where it is absent or empty. Blanks around it do not belong to it.
 * @param name in lower case. @throws ServingError BAD_REQUEST for a key that is too long, or not of printable ASCII.
 */
export function headerKey(headers: RequestHead['headers'], name: string): string | undefined {
  const given = headers[name]
  if (given === undefined) return undefined
  const key = String(given).trim()
  if (key === '') return undefined
  if (key.length > LONGEST_KEY) {
    throw badRequest(
      `The header ${name} has ${key.length} characters; a key has ${LONGEST_KEY} at most: send a hash of it.`,
    )
  }
  if (PRINTABLE.test(key)) return key
  throw badRequest(
    `The header ${name} may only hold printable ASCII: send other text percent-encoded, or a hash of it.`,
  )
}

/** Where the value of a column lies among the inputs of a model: this element of this tensor is that of the first row. */
export interface ColumnPlace {
  readonly tensor: string
  readonly element: number
}

/**
 * Where a model has an input column: a tensor of that name, or a column of the signature, all of which make one matrix where the
 * model takes a single tensor. Undefined where it takes no such thing.
 */
export function columnPlace({ predictor, mlmodel }: ServedModel, column: string): ColumnPlace | undefined {
  const { inputs } = predictor
  if (inputs.some(({ name }) => name === column)) return { tensor: column, element: 0 }
  const [only] = inputs
  const schema = mlmodel.signature?.inputs
  if (only === undefined || inputs.length > 1 || schema === undefined) return undefined
  const names = schema.kind === 'columns' ? schema.columns : schema.tensors
  const element = names.findIndex(({ name }) => name === column)
  return element < 0 ? undefined : { tensor: only.name, element }
}

/**
 * The text of a column's value in the first row: text as it is, true or false, and numbers as JavaScript writes them, of an FP32
 * the shortest that reads back as the same. Undefined where there are no rows, or the text is empty.
 */
export function columnKey(inputs: TensorMap, { tensor, element }: ColumnPlace): string | undefined {
  const given = inputs.get(tensor)
  if (given === undefined || element >= given.data.length) return undefined
  return textOf(given, element) || undefined
}

function textOf({ datatype, data }: Tensor, element: number): string {
  const value = data[element]
  if (datatype === 'BOOL') return value === 0 ? 'false' : 'true'
  if (datatype === 'FP16') return String(halfNumber(Number(value)))
  if (datatype === 'FP32' && Number.isFinite(value)) return String(shortestFloat32(Number(value)))
  return String(value)
}
