import { DATATYPES, type Datatype } from '../../core/tensor.ts'

/**
 * Datatypes that a client may name (Open Inference Protocol, "Tensor Data Types"; BF16 by Triton's binary data). BF16 is
 * carried as FP32, which holds each of its values: no engine under Headrace takes it as it is.
 */
export type WireDatatype = Datatype | 'BF16'

const NAMES: ReadonlySet<string> = new Set<string>([...DATATYPES, 'BF16'])

export function isWireDatatype(name: string): name is WireDatatype {
  return NAMES.has(name)
}
