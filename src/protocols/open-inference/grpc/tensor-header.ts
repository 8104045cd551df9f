import type { WireDatatype } from '../wire-datatype.ts'

/** What an input says of itself before its values. */
export interface TensorHeader {
  readonly name: string
  readonly datatype: WireDatatype
  readonly shape: readonly number[]
  /** Elements that a tensor of this shape has. */
  readonly count: number
}
