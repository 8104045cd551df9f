/**
 * A pandas DataFrame as far as scoring needs one: named, equally long columns, each with a pandas dtype.
 * CSV and parquet bodies and the two `dataframe_*` forms end here, before the signature is enforced.
 */
export interface Frame {
  readonly rows: number
  readonly columns: readonly Column[]
}

/** A frame read without column names has the integers 0..n-1 as names, which no named signature matches. */
export interface ColumnBase {
  readonly name: string | number
  /** The values are those of a pandas category, which no signature takes. */
  readonly isCategory?: true
}

/** `str` is pandas' text dtype (missing cells: null); `object` holds any JSON or parquet value. */
export type Column = ColumnBase &
  (
    | { readonly dtype: 'bool'; readonly data: Uint8Array }
    | { readonly dtype: 'int8'; readonly data: Int8Array }
    | { readonly dtype: 'int16'; readonly data: Int16Array }
    | { readonly dtype: 'int32'; readonly data: Int32Array }
    | { readonly dtype: 'int64'; readonly data: BigInt64Array }
    | { readonly dtype: 'uint8'; readonly data: Uint8Array }
    | { readonly dtype: 'uint16'; readonly data: Uint16Array }
    | { readonly dtype: 'uint32'; readonly data: Uint32Array }
    | { readonly dtype: 'uint64'; readonly data: BigUint64Array }
    /** The bits of IEEE 754 binary16. */
    | { readonly dtype: 'float16'; readonly data: Uint16Array }
    | { readonly dtype: 'float32'; readonly data: Float32Array }
    | { readonly dtype: 'float64'; readonly data: Float64Array }
    /** Nanoseconds since the epoch; the least int64 is NaT. */
    | { readonly dtype: 'datetime64[ns]'; readonly data: BigInt64Array; readonly zone: string | undefined }
    | {
        readonly dtype: 'str'
        readonly data: readonly (string | null)[]
        /** The cells before they became text, where missing ones were of several kinds (None, NaN). */
        readonly objects?: readonly unknown[]
      }
    | { readonly dtype: 'object'; readonly data: readonly unknown[] }
  )
