import { invalidParameter } from '../../core/errors.ts'
import { commaSeparated, Sql, sql } from '../sql/sql.ts'
import type { SqlDialect } from '../sql/sql-database.ts'
import type { ClauseValue } from './clause.ts'
import type { ListComparator, NumericComparator, TextComparator } from './comparators.ts'

/** SQLite refuses longer patterns, in bytes. */
const LONGEST_PATTERN = 50_000

export const ALWAYS = sql`1 = 1`
const NEVER = sql`1 = 0`

export function allOf(conditions: readonly Sql[]): Sql {
  return joined(conditions, ' AND ', ALWAYS)
}

export function anyOf(conditions: readonly Sql[]): Sql {
  return sql`(${joined(conditions, ' OR ', NEVER)})`
}

function joined(conditions: readonly Sql[], word: string, ofNone: Sql): Sql {
  if (conditions.length === 0) return ofNone
  return new Sql(['', ...conditions.slice(1).map(() => word), ''], conditions)
}

/** Texts are told apart by case in all databases, but for ILIKE; MySQL's collations would not by themselves. */
export function isText(dialect: SqlDialect, column: Sql, comparator: TextComparator, value: string): Sql {
  if (comparator === 'LIKE' || comparator === 'ILIKE') requirePattern(dialect, value)
  if (comparator === 'ILIKE') return isLikeInAnyCase(dialect, column, value)
  if (dialect === 'mysql') return isTextOnMysql(column, comparator, value)
  if (comparator === 'LIKE') return sql`${column} LIKE ${value}`
  return comparator === '=' ? sql`${column} = ${value}` : sql`${column} <> ${value}`
}

/** An equality that an index helps with. */
export function equals(dialect: SqlDialect, column: Sql, value: string): Sql {
  return isText(dialect, column, '=', value)
}

function isTextOnMysql(column: Sql, comparator: TextComparator, value: string): Sql {
  // The comparison without BINARY first: it can use an index.
  if (comparator === 'LIKE') return sql`(${column} LIKE ${value} AND BINARY ${column} LIKE ${value})`
  return comparator === '='
    ? sql`(${column} = ${value} AND BINARY ${column} = ${value})`
    : sql`(${column} <> ${value} OR BINARY ${column} <> ${value})`
}

function isLikeInAnyCase(dialect: SqlDialect, column: Sql, value: string): Sql {
  if (dialect === 'postgresql') return sql`${column} ILIKE ${value}`
  return sql`lower(${column}) LIKE lower(${value})`
}

function requirePattern(dialect: SqlDialect, pattern: string): void {
  if (Buffer.byteLength(pattern) > LONGEST_PATTERN) {
    throw invalidParameter(`A pattern of LIKE or ILIKE can have at most ${LONGEST_PATTERN} bytes`)
  }
  const [backslashes = ''] = /\\*$/.exec(pattern) ?? []
  if (dialect === 'postgresql' && backslashes.length % 2 === 1) {
    throw invalidParameter(`The pattern '${pattern}' of LIKE or ILIKE must not end with an escape character`)
  }
}

/**
 * A comparison with a text or with a list of texts.
 * @throws ServingError INVALID_PARAMETER_VALUE for a list behind a comparator that takes none
 */
export function isTextOrListed(
  dialect: SqlDialect,
  column: Sql,
  comparator: TextComparator | ListComparator,
  value: ClauseValue | undefined,
): Sql {
  const texts = Array.isArray(value) ? value.map(String) : [String(value)]
  if (comparator === 'IN' || comparator === 'NOT IN') return isInTexts(dialect, column, comparator, texts)
  if (!Array.isArray(value)) return isText(dialect, column, comparator, String(value))
  throw invalidParameter(`A list of values can only be compared by IN and NOT IN, not by ${comparator}`)
}

function isInTexts(
  dialect: SqlDialect,
  column: Sql,
  comparator: ListComparator,
  values: readonly string[],
): Sql {
  if (values.length === 0) return comparator === 'IN' ? NEVER : ALWAYS
  const list = commaSeparated(values)
  const compared = dialect === 'mysql' ? sql`BINARY ${column}` : column
  return comparator === 'IN' ? sql`${compared} IN (${list})` : sql`${compared} NOT IN (${list})`
}

/** A comparison of a column of floats, which holds no infinities. */
export function isNumber(column: Sql, comparator: NumericComparator, value: number): Sql {
  if (Number.isNaN(value)) return NEVER
  if (!Number.isFinite(value)) return isBeyond(column, comparator, value > 0)
  return compared(column, comparator, value)
}

const LARGEST_INTEGER = 2n ** 63n - 1n

/** A comparison of a column of integers; PostgreSQL takes only integers of 8 bytes for it. */
export function isInteger(column: Sql, comparator: NumericComparator, value: number | bigint): Sql {
  if (typeof value === 'bigint') return isWhole(column, comparator, value)
  if (Number.isNaN(value)) return NEVER
  if (!Number.isFinite(value)) return isBeyond(column, comparator, value > 0)
  if (Number.isInteger(value)) return isWhole(column, comparator, BigInt(value))
  if (comparator === '=') return NEVER
  if (comparator === '!=') return sql`${column} IS NOT NULL`
  // Between two integers, so that the lower one decides whether the comparator asks for equality or not.
  return isWhole(column, comparator.startsWith('>') ? '>' : '<=', BigInt(Math.floor(value)))
}

function isWhole(column: Sql, comparator: NumericComparator, value: bigint): Sql {
  if (value > LARGEST_INTEGER || value < -LARGEST_INTEGER) return isBeyond(column, comparator, value > 0n)
  return compared(column, comparator, asNumber(value))
}

/** A comparison with a value that is larger, or smaller, than any that the column can hold. */
function isBeyond(column: Sql, comparator: NumericComparator, isLarge: boolean): Sql {
  const holds = comparator === '!=' || comparator.startsWith(isLarge ? '<' : '>')
  return holds ? sql`${column} IS NOT NULL` : NEVER
}

function compared(column: Sql, comparator: NumericComparator, value: number | bigint): Sql {
  switch (comparator) {
    case '=':
      return sql`${column} = ${value}`
    case '!=':
      return sql`${column} <> ${value}`
    case '>':
      return sql`${column} > ${value}`
    case '>=':
      return sql`${column} >= ${value}`
    case '<':
      return sql`${column} < ${value}`
    case '<=':
      return sql`${column} <= ${value}`
  }
}

function asNumber(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
