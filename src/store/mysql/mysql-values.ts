import type { ExecuteValues, FieldPacket } from 'mysql2/promise'
import { exactInteger } from '../sql/exact-integer.ts'
import type { SqlValue } from '../sql/sql.ts'

/** What the driver has for a parameter of a type of its own. */
export interface MysqlValues {
  /** An integer of 64 bits; a plain number would be sent as a double, which LIMIT does not take. */
  integer(value: number | bigint): unknown
}

export function parameters(types: MysqlValues, values: readonly SqlValue[]): ExecuteValues {
  return values.map((value) => {
    if (typeof value === 'bigint') return types.integer(value)
    if (typeof value === 'number' && Number.isSafeInteger(value)) return types.integer(value)
    return value
  }) as ExecuteValues
}

/** `MYSQL_TYPE_LONGLONG` of the protocol. */
const LONGLONG = 8

/** Integers that a number cannot hold come as text. */
export function readable(
  rows: readonly Record<string, unknown>[],
  fields: readonly FieldPacket[],
): readonly Record<string, unknown>[] {
  const wide = fields.filter(isWide).map(({ name }) => name)
  for (const row of rows) for (const name of wide) row[name] = exact(row[name])
  return rows
}

/** The same of rows that are arrays. */
export function readableCells(
  rows: readonly unknown[][],
  fields: readonly FieldPacket[],
): readonly (readonly unknown[])[] {
  const wide = fields.flatMap((field, place) => (isWide(field) ? [place] : []))
  for (const row of rows) for (const place of wide) row[place] = exact(row[place])
  return rows
}

function isWide({ columnType, type }: FieldPacket): boolean {
  return (columnType ?? type) === LONGLONG
}

function exact(value: unknown): unknown {
  return typeof value === 'string' ? exactInteger(BigInt(value)) : value
}
