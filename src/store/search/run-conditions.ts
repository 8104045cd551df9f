import { type Sql, sql } from '../sql/sql.ts'
import type { SqlDialect } from '../sql/sql-database.ts'
import type { Clause } from './clause.ts'
import {
  LIST_COMPARATORS,
  NULL_COMPARATORS,
  NUMERIC_COMPARATORS,
  requireComparator,
  TEXT_COMPARATORS,
} from './comparators.ts'
import { equals, isInteger, isNumber, isText, isTextOrListed } from './condition.ts'
import { setRepr } from './python-collections.ts'
import { type DatasetKey, isTime, type RunAttribute, runAttribute } from './run-fields.ts'

/** The tag in which the name of a run is; old runs have it there alone. */
const RUN_NAME_TAG = 'mlflow.runName'
/** The tag of an input that says what a data set was used for. */
const CONTEXT_TAG = 'mlflow.data.context'

const TEXT_OR_LIST = [...TEXT_COMPARATORS, ...LIST_COMPARATORS] as const
const TEXT_OR_NULL = [...TEXT_COMPARATORS, ...NULL_COMPARATORS] as const

/** Columns of `"runs"` by what the API calls them. */
export const RUN_COLUMNS: Readonly<Record<RunAttribute, Sql>> = {
  run_id: sql`"runs"."run_uuid"`,
  run_name: sql`"runs"."name"`,
  user_id: sql`"runs"."user_id"`,
  status: sql`"runs"."status"`,
  artifact_uri: sql`"runs"."artifact_uri"`,
  start_time: sql`"runs"."start_time"`,
  end_time: sql`"runs"."end_time"`,
}

/**
 * How a condition asks for what belongs to a run: for each run by its id, which is best where few runs are looked
 * at, or by a list of all runs that have it, which is best where many are.
 */
export type Lookup = 'by run' | 'by list'

/**
 * What a clause says of a row of `"runs"`.
 * @throws ServingError INVALID_PARAMETER_VALUE where the comparator does not suit the field
 */
export function runCondition(dialect: SqlDialect, clause: Clause, lookup: Lookup = 'by run'): Sql {
  const comparator = clause.comparator.toUpperCase()
  switch (clause.entity) {
    case 'attribute':
      return attributeCondition(dialect, runAttribute(clause.key), comparator, clause.value, lookup)
    case 'metric':
      return metricCondition(dialect, clause.key, comparator, Number(clause.value), lookup)
    case 'parameter':
      return keyedCondition(dialect, PARAMS, clause, requireComparator(comparator, TEXT_OR_NULL), lookup)
    case 'tag':
      return keyedCondition(
        dialect,
        TAGS,
        clause,
        requireComparator(comparator, TEXT_OR_NULL, setRepr(TEXT_OR_NULL)),
        lookup,
      )
    case 'dataset':
      return datasetCondition(dialect, clause, comparator)
  }
}

function attributeCondition(
  dialect: SqlDialect,
  attribute: RunAttribute,
  written: string,
  value: Clause['value'],
  lookup: Lookup,
): Sql {
  const column = RUN_COLUMNS[attribute]
  if (isTime(attribute)) {
    const comparator = requireComparator(written, NUMERIC_COMPARATORS, setRepr(TEXT_OR_LIST))
    return isInteger(column, comparator, value as number | bigint)
  }
  const comparator = requireComparator(written, TEXT_OR_LIST)
  if (attribute !== 'run_name') return isTextOrListed(dialect, column, comparator, value)
  const named = isTextOrListed(dialect, TAGS.value, comparator, value)
  return belonging(lookup, TAGS, sql`${equals(dialect, TAGS.key, RUN_NAME_TAG)} AND ${named}`)
}

/** A value that is not a number is stored as 0; it differs from every number, and is neither more nor less. */
function metricCondition(
  dialect: SqlDialect,
  key: string,
  written: string,
  value: number,
  lookup: Lookup,
): Sql {
  const comparator = requireComparator(written, NUMERIC_COMPARATORS, setRepr(NUMERIC_COMPARATORS))
  const holds = isNumber(METRICS.value, comparator, value)
  const orNan =
    comparator === '!='
      ? sql`(${holds} OR "latest_metrics"."is_nan")`
      : sql`${holds} AND NOT "latest_metrics"."is_nan"`
  return belonging(lookup, METRICS, sql`${equals(dialect, METRICS.key, key)} AND ${orNan}`)
}

/** A table of keys and values that belong to runs. */
interface KeyedTable {
  readonly table: Sql
  readonly runId: Sql
  readonly key: Sql
  readonly value: Sql
}

const METRICS: KeyedTable = {
  table: sql`"latest_metrics"`,
  runId: sql`"latest_metrics"."run_uuid"`,
  key: sql`"latest_metrics"."key"`,
  value: sql`"latest_metrics"."value"`,
}

const PARAMS: KeyedTable = {
  table: sql`"params"`,
  runId: sql`"params"."run_uuid"`,
  key: sql`"params"."key"`,
  value: sql`"params"."value"`,
}

const TAGS: KeyedTable = {
  table: sql`"tags"`,
  runId: sql`"tags"."run_uuid"`,
  key: sql`"tags"."key"`,
  value: sql`"tags"."value"`,
}

/** That a row of the table for which `holds` is true belongs to the run. */
function belonging(lookup: Lookup, { table, runId }: KeyedTable, holds: Sql): Sql {
  return lookup === 'by run'
    ? sql`EXISTS (SELECT 1 FROM ${table} WHERE ${runId} = "runs"."run_uuid" AND ${holds})`
    : sql`"runs"."run_uuid" IN (SELECT ${runId} FROM ${table} WHERE ${holds})`
}

function keyedCondition(
  dialect: SqlDialect,
  table: KeyedTable,
  clause: Clause,
  comparator: (typeof TEXT_OR_NULL)[number],
  lookup: Lookup,
): Sql {
  const ofKey = equals(dialect, table.key, clause.key)
  if (comparator === 'IS NULL') return sql`NOT (${belonging(lookup, table, ofKey)})`
  if (comparator === 'IS NOT NULL') return belonging(lookup, table, ofKey)
  const holds = isText(dialect, table.value, comparator, String(clause.value))
  return belonging(lookup, table, sql`${ofKey} AND ${holds}`)
}

function datasetCondition(dialect: SqlDialect, clause: Clause, written: string): Sql {
  const comparator = requireComparator(written, TEXT_OR_LIST, setRepr(TEXT_OR_LIST))
  const key = clause.key as DatasetKey
  const inputs = sql`SELECT 1 FROM "inputs" JOIN "datasets" ON "datasets"."dataset_uuid" = "inputs"."source_id"`
  const ofRun = sql`"inputs"."destination_type" = 'RUN' AND "inputs"."destination_id" = "runs"."run_uuid"
    AND "inputs"."source_type" = 'DATASET'`
  if (key === 'context') {
    const holds = isTextOrListed(dialect, sql`"input_tags"."value"`, comparator, clause.value)
    return sql`EXISTS (${inputs} JOIN "input_tags" ON "input_tags"."input_uuid" = "inputs"."input_uuid"
      WHERE ${ofRun} AND ${equals(dialect, sql`"input_tags"."name"`, CONTEXT_TAG)} AND ${holds})`
  }
  const column = key === 'name' ? sql`"datasets"."name"` : sql`"datasets"."digest"`
  return sql`EXISTS (${inputs} WHERE ${ofRun} AND ${isTextOrListed(dialect, column, comparator, clause.value)})`
}
