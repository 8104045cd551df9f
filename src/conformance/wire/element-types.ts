/** One value of a tensor; texts for BYTES. */
export type Element = number | bigint | boolean | string

interface ElementType {
  readonly kind: 'boolean' | 'integer' | 'float' | 'bytes'
  /** Bytes of an element; 0 where each has its own. */
  readonly size: number
}

/** The datatypes of the protocol ("Tensor Data Types"), and BF16, which the raw forms have. */
export const ELEMENT_TYPES: Readonly<Record<string, ElementType>> = {
  BOOL: { kind: 'boolean', size: 1 },
  UINT8: { kind: 'integer', size: 1 },
  UINT16: { kind: 'integer', size: 2 },
  UINT32: { kind: 'integer', size: 4 },
  UINT64: { kind: 'integer', size: 8 },
  INT8: { kind: 'integer', size: 1 },
  INT16: { kind: 'integer', size: 2 },
  INT32: { kind: 'integer', size: 4 },
  INT64: { kind: 'integer', size: 8 },
  FP16: { kind: 'float', size: 2 },
  BF16: { kind: 'float', size: 2 },
  FP32: { kind: 'float', size: 4 },
  FP64: { kind: 'float', size: 8 },
  BYTES: { kind: 'bytes', size: 0 },
}

export function kindOf(datatype: string): ElementType['kind'] | undefined {
  return ELEMENT_TYPES[datatype]?.kind
}

/** Smallest and largest value of an integer type. */
export function rangeOf(datatype: string): readonly [bigint, bigint] {
  const bits = BigInt((ELEMENT_TYPES[datatype]?.size ?? 0) * 8)
  return datatype.startsWith('U') ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n]
}

/** Whether a value of a JSON reply is one of this datatype. */
export function isElement(datatype: string, value: unknown): value is Element {
  switch (kindOf(datatype)) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return isInteger(value) && isWithin(BigInt(value), rangeOf(datatype))
    case 'float':
      return typeof value === 'number' || typeof value === 'bigint'
    case 'bytes':
      return typeof value === 'string'
    default:
      return false
  }
}

/** Elements of a tensor. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1)
}

function isInteger(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
}

function isWithin(value: bigint, [lowest, highest]: readonly [bigint, bigint]): boolean {
  return value >= lowest && value <= highest
}
