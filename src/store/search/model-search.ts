import { invalidParameter } from '../../core/errors.ts'
import { IS_PROMPT_TAG } from '../../entities/registered-model.ts'
import { commaSeparated, type Sql, sql } from '../sql/sql.ts'
import type { SqlDialect } from '../sql/sql-database.ts'
import type { Clause } from './clause.ts'
import { isOneOf, LIST_COMPARATORS, TEXT_COMPARATORS } from './comparators.ts'
import type { CompiledSearch, SearchTexts } from './compiled-search.ts'
import { allOf, equals, isText, isTextOrListed } from './condition.ts'
import { readFilter } from './filter-language.ts'
import { duplicateFields, readOrder, requireFewOrders } from './order.ts'
import { isPromptClause, searchesPrompts } from './prompt-clauses.ts'
import { setRepr } from './python-collections.ts'
import { modelLanguage } from './registry-fields.ts'

const NAME = sql`"registered_models"."name"`

/**
 * A search of registered models, on the table `"registered_models"`. Prompts are found only where the filter asks
 * for them. The condition says nothing of the workspace.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function compileModelSearch(
  dialect: SqlDialect,
  { filter, orderBy = [] }: SearchTexts,
): CompiledSearch {
  const clauses = readFilter(modelLanguage, filter).map((clause) => ({
    ...clause,
    comparator: clause.comparator.toUpperCase(),
  }))
  const columns = modelOrder(orderBy)
  const conditions = clauses.map((clause) => modelCondition(dialect, clause))
  if (searchesPrompts(clauses)) return { where: allOf(conditions), orderBy: columns }
  const others = conditions.filter((_, index) => !isPromptClause(clauses[index]))
  return { where: allOf([...others, isNoPrompt(dialect)]), orderBy: columns }
}

function modelCondition(dialect: SqlDialect, { entity, key, comparator, value }: Clause): Sql {
  if (entity === 'tag') {
    return sql`EXISTS (${tagsOf(dialect, key)} AND ${tagValue(dialect, comparator, String(value))})`
  }
  if (!isOneOf(comparator, [...TEXT_COMPARATORS, ...LIST_COMPARATORS])) {
    throw invalidParameter(`Invalid comparator for attribute: ${comparator}`)
  }
  return isTextOrListed(dialect, NAME, comparator, value)
}

function tagsOf(dialect: SqlDialect, key: string): Sql {
  return sql`SELECT 1 FROM "registered_model_tags"
    WHERE "registered_model_tags"."workspace" = "registered_models"."workspace"
    AND "registered_model_tags"."name" = "registered_models"."name"
    AND ${equals(dialect, sql`"registered_model_tags"."key"`, key)}`
}

function tagValue(dialect: SqlDialect, comparator: string, value: string): Sql {
  if (!isOneOf(comparator, TEXT_COMPARATORS)) {
    throw invalidParameter(`Invalid comparator for tag: ${comparator}`)
  }
  return isText(dialect, sql`"registered_model_tags"."value"`, comparator, value)
}

function isNoPrompt(dialect: SqlDialect): Sql {
  return sql`NOT EXISTS (${tagsOf(dialect, IS_PROMPT_TAG)} AND ${tagValue(dialect, '=', 'true')})`
}

const ORDER_KEYS = ['name', 'timestamp'] as const

function modelOrder(orderBy: readonly string[]): Sql {
  requireFewOrders(orderBy.length)
  const seen = new Set<string>()
  const columns = orderBy.map((text) => {
    const { field, ascending } = readOrder(text)
    if (!isOneOf(field, [...ORDER_KEYS, 'last_updated_timestamp'])) {
      throw invalidParameter(
        `Invalid order by key '${field}' specified. Valid keys are '${setRepr(ORDER_KEYS)}'`,
      )
    }
    const name = field === 'name' ? 'name' : 'timestamp'
    if (seen.has(name)) throw duplicateFields(orderBy)
    seen.add(name)
    const column = name === 'name' ? NAME : sql`"registered_models"."last_updated_time"`
    return ascending ? sql`${column} ASC` : sql`${column} DESC`
  })
  return commaSeparated(seen.has('name') ? columns : [...columns, sql`${NAME} ASC`])
}
