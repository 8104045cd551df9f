import { invalidParameter } from '../../core/errors.ts'
import { commaSeparated, Sql, sql } from '../sql/sql.ts'
import type { SqlDialect } from '../sql/sql-database.ts'
import type { ClauseEntity } from './clause.ts'
import { equals } from './condition.ts'
import { duplicateFields, readOrder, requireFewOrders, type WrittenOrder } from './order.ts'
import { RUN_COLUMNS } from './run-conditions.ts'
import { orderField, runAttribute } from './run-fields.ts'

export interface RunOrder {
  /** Joins of the tables that are ordered by, each with at most one row for a run. */
  readonly joins: Sql
  readonly orderBy: Sql
  /** The metric that is ordered by before anything else. */
  readonly firstMetric: MetricOrder | undefined
}

export interface MetricOrder {
  readonly key: string
  readonly ascending: boolean
}

/**
 * What runs are ordered by: missing values last, and before them those that are not numbers; then the runs that
 * started last, first; then the run id.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function compileRunOrder(dialect: SqlDialect, orderBy: readonly string[]): RunOrder {
  requireFewOrders(orderBy.length)
  const seen = new Set<string>()
  const columns: Sql[] = []
  const joins: Sql[] = []
  let firstMetric: MetricOrder | undefined
  for (const [index, text] of orderBy.entries()) {
    const order = readOrder(text)
    const { entity, key } = orderField(order.field)
    const column = entity === 'attribute' ? RUN_COLUMNS[runAttribute(key)] : undefined
    const sorted = column === undefined ? valueOrder(dialect, index, entity, key) : attributeOrder(column)
    if (index === 0 && entity === 'metric') firstMetric = { key, ascending: order.ascending }
    if (sorted.join !== undefined) joins.push(sorted.join)
    columns.push(sorted.missing, directed(sorted.value, order))
    const field = entity === 'attribute' ? runAttribute(key) : `${entity}.${key}`
    if (seen.has(field)) throw duplicateFields(orderBy)
    seen.add(field)
  }
  if (!seen.has('start_time')) columns.push(sql`"runs"."start_time" DESC`)
  columns.push(sql`"runs"."run_uuid"`)
  return {
    joins: new Sql(['', ...joins.map(() => '')], joins),
    orderBy: commaSeparated(columns),
    firstMetric,
  }
}

interface SortedValue {
  readonly join?: Sql
  /** 0 for a value, more for none. */
  readonly missing: Sql
  readonly value: Sql
}

function attributeOrder(column: Sql): SortedValue {
  return { missing: sql`CASE WHEN ${column} IS NULL THEN 1 ELSE 0 END`, value: column }
}

const TABLES: Readonly<Record<'metric' | 'parameter' | 'tag', string>> = {
  metric: '"latest_metrics"',
  parameter: '"params"',
  tag: '"tags"',
}

function valueOrder(dialect: SqlDialect, index: number, entity: ClauseEntity, key: string): SortedValue {
  if (entity === 'attribute' || entity === 'dataset') {
    throw invalidParameter(`Invalid identifier type '${entity}'`)
  }
  const alias = `"order_${index}"`
  const column = (name: string) => new Sql([`${alias}.${name}`], [])
  const value = column('"value"')
  return {
    join: sql` LEFT JOIN ${new Sql([`${TABLES[entity]} AS ${alias}`], [])}
      ON ${column('"run_uuid"')} = "runs"."run_uuid" AND ${equals(dialect, column('"key"'), key)}`,
    missing:
      entity === 'metric'
        ? sql`CASE WHEN ${column('"is_nan"')} THEN 1 WHEN ${value} IS NULL THEN 2 ELSE 0 END`
        : sql`CASE WHEN ${value} IS NULL THEN 1 ELSE 0 END`,
    value,
  }
}

function directed(column: Sql, { ascending }: WrittenOrder): Sql {
  return ascending ? sql`${column} ASC` : sql`${column} DESC`
}
