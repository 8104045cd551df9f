import { invalidParameter } from '../../core/errors.ts'
import { floatText } from '../../core/float-text.ts'
import { experimentNumber } from '../experiment-number.ts'
import { commaSeparated, type Sql, sql } from '../sql/sql.ts'
import type { SqlDialect } from '../sql/sql-database.ts'
import type { Clause } from './clause.ts'
import {
  isOneOf,
  LIST_COMPARATORS,
  NUMERIC_COMPARATORS,
  requireComparator,
  TEXT_COMPARATORS,
} from './comparators.ts'
import type { CompiledSearch, SearchTexts } from './compiled-search.ts'
import { allOf, anyOf, equals, isInteger, isText } from './condition.ts'
import {
  type ExperimentAttribute,
  experimentField,
  experimentLanguage,
  invalidNumberText,
} from './experiment-fields.ts'
import { readFilter } from './filter-language.ts'
import { readOrder, requireFewOrders } from './order.ts'
import { setRepr } from './python-collections.ts'

const COLUMNS: Readonly<Record<ExperimentAttribute, Sql>> = {
  name: sql`"experiments"."name"`,
  experiment_id: sql`"experiments"."experiment_id"`,
  creation_time: sql`"experiments"."creation_time"`,
  last_update_time: sql`"experiments"."last_update_time"`,
}

const USUAL_ORDER = ['creation_time DESC', 'experiment_id ASC']

/**
 * A search of experiments, on the table `"experiments"`. The condition says nothing of the workspace and of
 * lifecycle stages. Comparators have to be in capitals.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function compileExperimentSearch(
  dialect: SqlDialect,
  { filter, orderBy }: SearchTexts,
): CompiledSearch {
  const clauses = readFilter(experimentLanguage, filter)
  return {
    where: allOf(clauses.map((clause) => experimentCondition(dialect, clause))),
    orderBy: experimentOrder(orderBy === undefined || orderBy.length === 0 ? USUAL_ORDER : orderBy),
  }
}

function experimentCondition(dialect: SqlDialect, { entity, key, comparator, value }: Clause): Sql {
  if (entity === 'tag') return tagCondition(dialect, key, comparator, String(value))
  if (key === 'experiment_id') return idCondition(comparator, value)
  if (key === 'name') return nameCondition(dialect, comparator, String(value))
  const shown = setRepr([...TEXT_COMPARATORS, ...LIST_COMPARATORS])
  const numeric = requireComparator(comparator, NUMERIC_COMPARATORS, shown)
  if (typeof value === 'bigint') return isInteger(COLUMNS[key as ExperimentAttribute], numeric, value)
  throw invalidNumberText(key, floatText(Number(value)))
}

function nameCondition(dialect: SqlDialect, written: string, value: string): Sql {
  const comparator = requireComparator(written, [...TEXT_COMPARATORS, ...LIST_COMPARATORS])
  if (isOneOf(comparator, LIST_COMPARATORS)) {
    throw invalidParameter(`Invalid comparator for string attribute: ${comparator}`)
  }
  return isText(dialect, COLUMNS.name, comparator, value)
}

function idCondition(comparator: string, value: Clause['value']): Sql {
  if (!isOneOf(comparator, ['=', '!=', 'IN', 'NOT IN'])) {
    throw invalidParameter(`Invalid comparator for experiment_id: ${comparator}`)
  }
  const isList = Array.isArray(value)
  const ids = (isList ? value : [value]).map((id) => experimentNumber(String(id)))
  if (isList !== (comparator === 'IN' || comparator === 'NOT IN')) {
    throw invalidParameter(`Invalid comparator for a ${isList ? 'list' : 'single value'}: ${comparator}`)
  }
  const negated = comparator === '!=' || comparator === 'NOT IN'
  const conditions = ids.map((id) => isInteger(COLUMNS.experiment_id, negated ? '!=' : '=', id))
  return negated ? allOf(conditions) : anyOf(conditions)
}

function tagCondition(dialect: SqlDialect, key: string, comparator: string, value: string): Sql {
  const ofKey = sql`SELECT 1 FROM "experiment_tags"
    WHERE "experiment_tags"."experiment_id" = "experiments"."experiment_id"
    AND ${equals(dialect, sql`"experiment_tags"."key"`, key)}`
  if (comparator === 'IS NULL') return sql`NOT EXISTS (${ofKey})`
  if (comparator === 'IS NOT NULL') return sql`EXISTS (${ofKey})`
  if (!isOneOf(comparator, TEXT_COMPARATORS)) {
    throw invalidParameter(`Invalid comparator for tag: ${comparator}`)
  }
  return sql`EXISTS (${ofKey} AND ${isText(dialect, sql`"experiment_tags"."value"`, comparator, value)})`
}

/** Where no order by the id is asked for, the newer of two experiments comes first. */
function experimentOrder(orderBy: readonly string[]): Sql {
  requireFewOrders(orderBy.length)
  const columns: Sql[] = []
  let hasId = false
  for (const text of orderBy) {
    const { field, ascending } = readOrder(text)
    const { entity, key } = experimentField(field)
    if (entity !== 'attribute') throw invalidParameter(`Invalid order_by entity: ${entity}`)
    const column = COLUMNS[key as ExperimentAttribute]
    columns.push(ascending ? sql`${column} ASC` : sql`${column} DESC`)
    hasId ||= key === 'experiment_id'
  }
  if (!hasId) columns.push(sql`${COLUMNS.experiment_id} DESC`)
  return commaSeparated(columns)
}
