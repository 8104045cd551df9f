import type { SchemaElement, TimeUnit } from 'hyparquet'

/** What the values of a flat parquet column mean, told from its physical, logical and (older) converted type. */
export type ParquetKind =
  | { readonly kind: 'bool' | 'float16' | 'float32' | 'float64' | 'text' | 'bytes' | 'null' }
  | { readonly kind: 'integer'; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly isZoned: boolean }
  | { readonly kind: 'time'; readonly unit: TimeUnit }
  | { readonly kind: 'date' }
  | { readonly kind: 'decimal'; readonly scale: number }

const CONVERTED_INTEGER = /^(U?)INT_(8|16|32|64)$/

/** Source: parquet-format, LogicalTypes.md. */
export function parquetKindOf(element: SchemaElement): ParquetKind {
  return annotatedKind(element) ?? physicalKind(element)
}

function annotatedKind({ type, logical_type: logical, converted_type: converted, scale }: SchemaElement) {
  if (logical?.type === 'NULL') return { kind: 'null' } as const
  if (logical?.type === 'FLOAT16') return { kind: 'float16' } as const
  if (converted === 'DECIMAL') return { kind: 'decimal', scale: scale ?? 0 } as const
  if (logical?.type === 'DECIMAL') return { kind: 'decimal', scale: logical.scale } as const
  if (logical?.type === 'DATE' || converted === 'DATE') return { kind: 'date' } as const
  if (type === 'BYTE_ARRAY') return isText({ logical, converted }) ? ({ kind: 'text' } as const) : undefined
  return temporalKind(logical, converted) ?? integerKind(logical, converted)
}

function isText(annotation: {
  logical: SchemaElement['logical_type']
  converted: SchemaElement['converted_type']
}): boolean {
  const { logical, converted } = annotation
  return (
    logical?.type === 'STRING' ||
    logical?.type === 'JSON' ||
    logical?.type === 'ENUM' ||
    converted === 'UTF8' ||
    converted === 'JSON' ||
    converted === 'ENUM'
  )
}

function temporalKind(
  logical: SchemaElement['logical_type'],
  converted: SchemaElement['converted_type'],
): ParquetKind | undefined {
  if (logical?.type === 'TIMESTAMP') {
    return { kind: 'timestamp', unit: logical.unit, isZoned: logical.isAdjustedToUTC === true }
  }
  if (logical?.type === 'TIME') return { kind: 'time', unit: logical.unit }
  // The older annotations always mean UTC.
  if (converted === 'TIMESTAMP_MILLIS') return { kind: 'timestamp', unit: 'MILLIS', isZoned: true }
  if (converted === 'TIMESTAMP_MICROS') return { kind: 'timestamp', unit: 'MICROS', isZoned: true }
  if (converted === 'TIME_MILLIS') return { kind: 'time', unit: 'MILLIS' }
  if (converted === 'TIME_MICROS') return { kind: 'time', unit: 'MICROS' }
  return undefined
}

function integerKind(
  logical: SchemaElement['logical_type'],
  converted: SchemaElement['converted_type'],
): ParquetKind | undefined {
  if (logical?.type === 'INTEGER') return integer(logical.bitWidth, logical.isSigned)
  const match = CONVERTED_INTEGER.exec(converted ?? '')
  return match === null ? undefined : integer(Number(match[2]), match[1] === '')
}

function integer(bits: number, signed: boolean): ParquetKind {
  return { kind: 'integer', bits: bits === 8 || bits === 16 || bits === 32 ? bits : 64, signed }
}

function physicalKind({ type }: SchemaElement): ParquetKind {
  switch (type) {
    case 'BOOLEAN':
      return { kind: 'bool' }
    case 'INT32':
      return integer(32, true)
    case 'INT64':
      return integer(64, true)
    case 'INT96':
      return { kind: 'timestamp', unit: 'NANOS', isZoned: false }
    case 'FLOAT':
      return { kind: 'float32' }
    case 'DOUBLE':
      return { kind: 'float64' }
    default:
      return { kind: 'bytes' }
  }
}
