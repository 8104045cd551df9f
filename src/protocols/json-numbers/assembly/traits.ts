/** The bits of `NumberTraits` in number-list.ts. */
export const FRACTION: u32 = 1
export const INTEGER: u32 = 2
export const NULL: u32 = 4
export const BOOLEAN: u32 = 8
export const NEGATIVE_ZERO: u32 = 16
export const LARGE_INTEGER: u32 = 32
export const BEYOND_INT64: u32 = 64
export const HUGE: u32 = 128
