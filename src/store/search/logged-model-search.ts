import { invalidParameter } from '../../core/errors.ts'
import { pythonTextRepr } from '../../core/python-repr.ts'
import { LOGGED_MODEL_STATUSES } from '../../entities/logged-model.ts'
import { type Sql, sql } from '../sql/sql.ts'
import type { SqlDialect } from '../sql/sql-database.ts'
import { isOneOf } from './comparators.ts'
import type { CompiledSearch } from './compiled-search.ts'
import { allOf, anyOf, equals, isInteger, isNumber, isTextOrListed } from './condition.ts'
import { COLUMNS } from './logged-model-fields.ts'
import {
  type LoggedModelClause,
  type NumericClause,
  readLoggedModelFilter,
  type TextClause,
} from './logged-model-filter.ts'
import { compileLoggedModelOrder, type LoggedModelOrder } from './logged-model-order.ts'

export type { LoggedModelOrder }

/** A data set by its name, and where it is known the digest of its contents. */
export interface DatasetFilter {
  readonly datasetName: string
  readonly datasetDigest?: string | undefined
}

export interface LoggedModelSearchTexts {
  readonly filter?: string | undefined
  readonly orderBy?: readonly LoggedModelOrder[] | undefined
  /**
   * Only metrics that were measured on one of these count; without a metric in the filter, any metric will do.
   * As in MLflow, a data set without a digest stands for metrics whose data set has none.
   */
  readonly datasets?: readonly DatasetFilter[] | undefined
}

/**
 * A search of logged models, on the table `"logged_models"`. The condition says nothing of experiments, nor of
 * models that were deleted.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function compileLoggedModelSearch(
  dialect: SqlDialect,
  { filter, orderBy = [], datasets = [] }: LoggedModelSearchTexts,
): CompiledSearch {
  const clauses = readLoggedModelFilter(filter)
  const onDatasets = datasets.map((dataset) => onDataset(dialect, dataset))
  const conditions = clauses.map((clause) => condition(dialect, clause, onDatasets))
  if (onDatasets.length > 0 && !clauses.some(({ entity }) => entity === 'metrics')) {
    conditions.push(sql`EXISTS (${METRICS} AND ${anyOf(onDatasets)})`)
  }
  return { where: allOf(conditions), orderBy: compileLoggedModelOrder(dialect, orderBy) }
}

const METRICS = sql`SELECT 1 FROM "logged_model_metrics"
  WHERE "logged_model_metrics"."model_id" = "logged_models"."model_id"`

function onDataset(dialect: SqlDialect, { datasetName, datasetDigest }: DatasetFilter): Sql {
  const ofName = equals(dialect, sql`"logged_model_metrics"."dataset_name"`, datasetName)
  return datasetDigest === undefined
    ? sql`(${ofName} AND "logged_model_metrics"."dataset_digest" IS NULL)`
    : sql`(${ofName} AND ${equals(dialect, sql`"logged_model_metrics"."dataset_digest"`, datasetDigest)})`
}

function condition(dialect: SqlDialect, clause: LoggedModelClause, onDatasets: readonly Sql[]): Sql {
  if (clause.entity === 'attributes') return attributeCondition(dialect, clause)
  if (clause.kind === 'number') return metricCondition(dialect, clause, onDatasets)
  return clause.entity === 'params'
    ? sql`EXISTS (SELECT 1 FROM "logged_model_params"
        WHERE "logged_model_params"."model_id" = "logged_models"."model_id"
        AND ${equals(dialect, sql`"logged_model_params"."param_key"`, clause.key)}
        AND ${textCondition(dialect, sql`"logged_model_params"."param_value"`, clause)})`
    : sql`EXISTS (SELECT 1 FROM "logged_model_tags"
        WHERE "logged_model_tags"."model_id" = "logged_models"."model_id"
        AND ${equals(dialect, sql`"logged_model_tags"."tag_key"`, clause.key)}
        AND ${textCondition(dialect, sql`"logged_model_tags"."tag_value"`, clause)})`
}

function metricCondition(dialect: SqlDialect, clause: NumericClause, onDatasets: readonly Sql[]): Sql {
  const holds = isNumber(sql`"logged_model_metrics"."metric_value"`, clause.comparator, clause.value)
  const onOne = onDatasets.length === 0 ? sql`` : sql` AND ${anyOf(onDatasets)}`
  return sql`EXISTS (${METRICS}
    AND ${equals(dialect, sql`"logged_model_metrics"."metric_name"`, clause.key)} AND ${holds}${onOne})`
}

function attributeCondition(dialect: SqlDialect, clause: LoggedModelClause): Sql {
  const column = Object.hasOwn(COLUMNS, clause.key) ? COLUMNS[clause.key] : undefined
  if (column === undefined) {
    throw invalidParameter(`Invalid attribute key ${pythonTextRepr(clause.key)} specified for logged models`)
  }
  if (clause.kind === 'number') return isInteger(column, clause.comparator, clause.value)
  if (clause.key === 'experiment_id') return experimentCondition(column, clause)
  return clause.key === 'status'
    ? textCondition(dialect, STATUS_NAME, withKnownStatus(clause))
    : textCondition(dialect, column, clause)
}

const STATUS_NAME = sql`CASE "logged_models"."status" WHEN 1 THEN 'PENDING' WHEN 2 THEN 'READY' ELSE 'FAILED' END`

/** As in MLflow 3.18; 3.17 compares the name with the number in the database. */
function withKnownStatus(clause: TextClause): TextClause {
  const isPattern = clause.comparator === 'LIKE' || clause.comparator === 'ILIKE'
  const unknown = [clause.value]
    .flat()
    .map(String)
    .find((status) => !isPattern && !isOneOf(status, LOGGED_MODEL_STATUSES))
  if (unknown === undefined) return clause
  throw invalidParameter(`Unknown model status in filter: ${pythonTextRepr(unknown)}`)
}

/** What is no number is no experiment's id. */
function experimentCondition(column: Sql, { comparator, value }: TextClause): Sql {
  const negated = comparator === '!=' || comparator === 'NOT IN'
  if (comparator === 'LIKE' || comparator === 'ILIKE') {
    throw invalidParameter(`Invalid comparator for experiment_id: ${comparator}`)
  }
  const ids = [value].flat().filter((id) => /^\d+$/.test(id))
  const conditions = ids.map((id) => isInteger(column, negated ? '!=' : '=', BigInt(id)))
  return negated ? allOf(conditions) : anyOf(conditions)
}

function textCondition(dialect: SqlDialect, column: Sql, { comparator, value }: TextClause): Sql {
  return isTextOrListed(dialect, column, comparator, value)
}
