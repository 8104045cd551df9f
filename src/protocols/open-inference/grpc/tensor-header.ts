import { isUtf8 } from 'node:buffer'
import { invalidParameter, type ServingError } from '../../../core/errors.ts'
import { shortened } from '../../../core/shortened.ts'
import type { WireDatatype } from '../wire-datatype.ts'

/** What an input says of itself before its values. */
export interface TensorHeader {
  readonly name: string
  readonly datatype: WireDatatype
  readonly shape: readonly number[]
  /** Elements that a tensor of this shape has. */
  readonly count: number
}

/** @throws ServingError INVALID_PARAMETER_VALUE where it is not UTF-8: the engines take strings, not octets. */
export function textOf(header: TensorHeader, bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, to)
  if (!text.includes('\ufffd') || isUtf8(bytes.subarray(from, to))) return text
  throw unfit(header, 'has bytes that are not UTF-8')
}

export function unfit({ name, datatype }: TensorHeader, what: string): ServingError {
  return invalidParameter(`The input '${shortened(name)}' of datatype ${datatype} ${what}.`)
}
