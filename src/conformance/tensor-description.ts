import { isRecord } from '../core/record.ts'
import { must } from './verdict.ts'
import { ELEMENT_TYPES } from './wire/element-types.ts'

/** An input or output as the server's metadata describes it; -1 is a dimension of any size. */
export interface TensorDescription {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
}

/** @throws Verdict where it is not `{"name", "datatype", "shape"}` */
export function readTensorDescription(value: unknown): TensorDescription {
  must(isRecord(value), 'a tensor must be described by an object', value)
  const { name, datatype, shape } = value
  must(typeof name === 'string', 'the "name" of a tensor must be a string', name)
  must(typeof datatype === 'string', `the "datatype" of ${name} must be a string`, datatype)
  must(datatype in ELEMENT_TYPES, `the "datatype" of ${name} must be one of the protocol`, datatype)
  must(isShape(shape, -1), `the "shape" of ${name} must be whole numbers, -1 where any size will do`, shape)
  return { name, datatype, shape }
}

/** @param lowest that a dimension may be */
export function isShape(value: unknown, lowest: number): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= lowest)
}

/** Whether all tensors take any number of rows. */
export function isBatched(tensors: readonly TensorDescription[]): boolean {
  return tensors.length > 0 && tensors.every(({ shape }) => shape[0] === -1)
}
