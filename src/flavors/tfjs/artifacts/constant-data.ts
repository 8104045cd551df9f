/** The types of TF.js tensors that are compiled; texts and complex numbers are not. */
export type ElementType = 'float32' | 'int32' | 'bool'

/** A tensor that is known before any run, in TF.js's order of dimensions. A bool is a byte, 0 or 1. */
export type ConstantData =
  | { readonly type: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int32'; readonly shape: readonly number[]; readonly data: Int32Array }
  | { readonly type: 'bool'; readonly shape: readonly number[]; readonly data: Uint8Array }
