import type { Dtype, Storage } from './dtype.ts'

/** A NumPy array, C-contiguous; `shape` [] holds one element. */
export type NdArray = {
  [D in Dtype]: {
    readonly dtype: D
    readonly shape: readonly number[]
    readonly data: Storage[D]
  }
}[Dtype]

/** The one place where a dtype and its storage are tied together without the compiler's help. */
export function ndArray<D extends Dtype>(dtype: D, shape: readonly number[], data: Storage[D]): NdArray {
  return { dtype, shape, data } as unknown as NdArray
}

export function reshape(array: NdArray, shape: readonly number[]): NdArray {
  return { ...array, shape }
}
