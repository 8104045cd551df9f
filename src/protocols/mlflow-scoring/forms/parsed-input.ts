import type { NdArray } from '../numpy/nd-array.ts'
import type { LabelledFrame } from '../pandas/labelled-frame.ts'
import type { PyValue } from '../python/python-value.ts'

/** A value after MLflow's conversion of `inputs` or `instances`. */
export type ParsedValue =
  | { readonly kind: 'array'; readonly array: NdArray }
  /** A NumPy scalar: an array without dimensions that pandas takes for a scalar. */
  | { readonly kind: 'scalar'; readonly array: NdArray }
  /** A Python object, not converted. */
  | { readonly kind: 'raw'; readonly value: PyValue }

export type ParsedDict = ReadonlyMap<string, ParsedValue>

/** What MLflow hands to `model.predict`, before the signature is enforced. */
export type ParsedInput =
  | { readonly kind: 'frame'; readonly frame: LabelledFrame }
  | { readonly kind: 'dict'; readonly values: ParsedDict }
  /** A list of objects; also the empty list. */
  | { readonly kind: 'records'; readonly records: readonly ParsedDict[] }
  | { readonly kind: 'value'; readonly value: ParsedValue }

export function arrayValue(array: NdArray): ParsedValue {
  return { kind: 'array', array }
}

export function rawValue(value: PyValue): ParsedValue {
  return { kind: 'raw', value }
}
