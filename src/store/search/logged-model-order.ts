import { invalidParameter, ServingError } from '../../core/errors.ts'
import { commaSeparated, type Sql, sql } from '../sql/sql.ts'
import type { SqlDialect } from '../sql/sql-database.ts'
import { equals } from './condition.ts'
import { COLUMNS, columnName } from './logged-model-fields.ts'
import { requireFewOrders } from './order.ts'

export interface LoggedModelOrder {
  /** An attribute, or `metrics.` and the name of a metric, whose latest value counts. */
  readonly fieldName: string
  /** True where it is left out. */
  readonly ascending?: boolean | undefined
  /** Only values of the metric that were measured on this data set count. */
  readonly datasetName?: string | undefined
  readonly datasetDigest?: string | undefined
}

/**
 * What logged models are ordered by: missing values last; then the newest first; then the model id.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function compileLoggedModelOrder(dialect: SqlDialect, orderBy: readonly LoggedModelOrder[]): Sql {
  requireFewOrders(orderBy.length)
  const columns = orderBy.flatMap((order) => {
    const value = order.fieldName.includes('.') ? latestMetric(dialect, order) : attribute(order.fieldName)
    return [
      sql`CASE WHEN ${value} IS NULL THEN 1 ELSE 0 END`,
      (order.ascending ?? true) ? sql`${value} ASC` : sql`${value} DESC`,
    ]
  })
  const names = new Set(orderBy.map(({ fieldName }) => columnName(fieldName)))
  if (!names.has('creation_timestamp_ms')) columns.push(sql`"logged_models"."creation_timestamp_ms" DESC`)
  if (!names.has('model_id')) columns.push(sql`"logged_models"."model_id" ASC`)
  return commaSeparated(columns)
}

function attribute(fieldName: string): Sql {
  const name = columnName(fieldName)
  const column = Object.hasOwn(COLUMNS, name) ? COLUMNS[name] : undefined
  if (column !== undefined) return column
  throw new ServingError('INVALID_PARAMETER_VALUE', `Invalid order by field name: ${fieldName}`, {
    errorClass: 'ATTRIBUTE_NOT_FOUND',
  })
}

function latestMetric(dialect: SqlDialect, { fieldName, datasetName, datasetDigest }: LoggedModelOrder): Sql {
  const dot = fieldName.indexOf('.')
  if (fieldName.slice(0, dot) !== 'metrics') {
    throw invalidParameter(`Invalid order by field name: ${fieldName}. Only metrics are supported.`)
  }
  const named = equals(dialect, sql`"measured"."metric_name"`, fieldName.slice(dot + 1))
  return sql`(SELECT "measured"."metric_value" FROM "logged_model_metrics" AS "measured"
    WHERE "measured"."model_id" = "logged_models"."model_id" AND ${named}
    ${onValue(dialect, sql`"measured"."dataset_name"`, datasetName)}
    ${onValue(dialect, sql`"measured"."dataset_digest"`, datasetDigest)}
    ORDER BY "measured"."metric_timestamp_ms" DESC, "measured"."metric_step" DESC, "measured"."run_id"
    LIMIT 1)`
}

function onValue(dialect: SqlDialect, column: Sql, value: string | undefined): Sql {
  return value === undefined || value === '' ? sql`` : sql`AND ${equals(dialect, column, value)}`
}
