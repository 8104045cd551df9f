import { invalidParameter } from '../../core/errors.ts'
import { floatText } from '../../core/float-text.ts'
import { IS_PROMPT_TAG } from '../../entities/registered-model.ts'
import { commaSeparated, type Sql, sql } from '../sql/sql.ts'
import type { SqlDialect } from '../sql/sql-database.ts'
import type { Clause } from './clause.ts'
import { isOneOf, LIST_COMPARATORS, NUMERIC_COMPARATORS, TEXT_COMPARATORS } from './comparators.ts'
import type { CompiledSearch, SearchTexts } from './compiled-search.ts'
import { allOf, equals, isInteger, isText, isTextOrListed } from './condition.ts'
import { invalidNumber, invalidNumberText } from './experiment-fields.ts'
import { readFilter } from './filter-language.ts'
import { duplicateFields, readOrder, requireFewOrders } from './order.ts'
import { isPromptClause, searchesPrompts } from './prompt-clauses.ts'
import { setRepr } from './python-collections.ts'
import {
  VERSION_ORDERS,
  type VersionAttribute,
  type VersionOrder,
  versionLanguage,
  versionOrderField,
} from './registry-fields.ts'

const COLUMNS: Readonly<Record<VersionAttribute | VersionOrder, Sql>> = {
  name: sql`"model_versions"."name"`,
  version_number: sql`"model_versions"."version"`,
  run_id: sql`"model_versions"."run_id"`,
  source_path: sql`"model_versions"."source"`,
  creation_timestamp: sql`"model_versions"."creation_time"`,
  last_updated_timestamp: sql`"model_versions"."last_updated_time"`,
}

const USUAL_ORDER = ['last_updated_timestamp DESC', 'name ASC', 'version_number DESC']

/**
 * A search of model versions, on the table `"model_versions"`. Versions of prompts are found only where the filter
 * asks for them. The condition says nothing of the workspace, nor of versions that were deleted.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function compileVersionSearch(dialect: SqlDialect, { filter, orderBy }: SearchTexts): CompiledSearch {
  const clauses = readFilter(versionLanguage, filter).map((clause) => ({
    ...clause,
    comparator: clause.comparator.toUpperCase(),
  }))
  const conditions = clauses.map((clause) => versionCondition(dialect, clause))
  const columns = versionOrder(orderBy === undefined || orderBy.length === 0 ? USUAL_ORDER : orderBy)
  if (searchesPrompts(clauses)) return { where: allOf(conditions), orderBy: columns }
  const others = conditions.filter((_, index) => !isPromptClause(clauses[index]))
  return { where: allOf([...others, isOfNoPrompt(dialect)]), orderBy: columns }
}

function versionCondition(dialect: SqlDialect, { entity, key, comparator, value }: Clause): Sql {
  if (entity === 'tag') {
    return sql`EXISTS (${tagsOfName(dialect, key)}
      AND "model_version_tags"."version" = "model_versions"."version"
      AND ${tagValue(dialect, comparator, String(value))})`
  }
  if (key === 'version_number') return numberCondition(comparator, value)
  const takesList = key === 'name' || key === 'run_id'
  const allowed = takesList ? [...TEXT_COMPARATORS, ...LIST_COMPARATORS] : TEXT_COMPARATORS
  if (!isOneOf(comparator, allowed)) {
    throw invalidParameter(`Invalid comparator for attribute: ${comparator}`)
  }
  return isTextOrListed(dialect, COLUMNS[key as VersionAttribute], comparator, value)
}

/** A number may be in quotes. */
function numberCondition(comparator: string, value: Clause['value']): Sql {
  if (!isOneOf(comparator, NUMERIC_COMPARATORS)) {
    throw invalidParameter(`Invalid comparator for attribute version_number: ${comparator}`)
  }
  if (typeof value === 'bigint') return isInteger(COLUMNS.version_number, comparator, value)
  if (typeof value === 'number') throw invalidNumber('version_number', floatText(value))
  const text = String(value)
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw invalidNumberText('version_number', text)
  return isInteger(COLUMNS.version_number, comparator, BigInt(text.trim().replace(/^\+/, '')))
}

/** Tags of any version of the same name. */
function tagsOfName(dialect: SqlDialect, key: string): Sql {
  return sql`SELECT 1 FROM "model_version_tags"
    WHERE "model_version_tags"."workspace" = "model_versions"."workspace"
    AND "model_version_tags"."name" = "model_versions"."name"
    AND ${equals(dialect, sql`"model_version_tags"."key"`, key)}`
}

function tagValue(dialect: SqlDialect, comparator: string, value: string): Sql {
  if (!isOneOf(comparator, TEXT_COMPARATORS)) {
    throw invalidParameter(`Invalid comparator for tag: ${comparator}`)
  }
  return isText(dialect, sql`"model_version_tags"."value"`, comparator, value)
}

function isOfNoPrompt(dialect: SqlDialect): Sql {
  return sql`NOT EXISTS (${tagsOfName(dialect, IS_PROMPT_TAG)} AND ${tagValue(dialect, '=', 'true')})`
}

function versionOrder(orderBy: readonly string[]): Sql {
  requireFewOrders(orderBy.length)
  const seen = new Set<string>()
  const columns = orderBy.map((text) => {
    const { field, ascending } = readOrder(text)
    const { key } = versionOrderField(field)
    if (!isOneOf(key, VERSION_ORDERS)) {
      throw invalidParameter(
        `Invalid order by key '${key}' specified. Valid keys are ${setRepr(VERSION_ORDERS)}`,
      )
    }
    const column = COLUMNS[key]
    if (seen.has(key)) throw duplicateFields(orderBy)
    seen.add(key)
    return ascending ? sql`${column} ASC` : sql`${column} DESC`
  })
  if (!seen.has('name')) columns.push(sql`${COLUMNS.name} ASC`)
  if (!seen.has('version_number')) columns.push(sql`${COLUMNS.version_number} DESC`)
  return commaSeparated(columns)
}
