import type { Sql } from '../sql/sql.ts'
import type { SqlDialect } from '../sql/sql-database.ts'
import type { CompiledSearch, SearchTexts } from './compiled-search.ts'
import { allOf } from './condition.ts'
import { readFilter } from './filter-language.ts'
import { runCondition } from './run-conditions.ts'
import { runLanguage } from './run-fields.ts'
import { compileRunOrder, type MetricOrder } from './run-order.ts'

export interface CompiledRunSearch extends CompiledSearch {
  /** The same condition for a search that has to look at many runs. */
  readonly whereOfMany: Sql
  /** What stands behind `FROM "runs"` for the sake of the order. */
  readonly joins: Sql
  /** Whether the order is the usual one: the runs that started last, first. */
  readonly isUsualOrder: boolean
  /** The metric that is ordered by before anything else. */
  readonly firstMetric: MetricOrder | undefined
}

/**
 * A search of runs, on the table `"runs"`. The condition says nothing of experiments and lifecycle stages.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function compileRunSearch(
  dialect: SqlDialect,
  { filter, orderBy = [] }: SearchTexts,
): CompiledRunSearch {
  const clauses = readFilter(runLanguage, filter)
  const order = compileRunOrder(dialect, orderBy)
  const where = allOf(clauses.map((clause) => runCondition(dialect, clause)))
  // The planners of servers choose between the two forms by themselves.
  const whereOfMany =
    dialect === 'sqlite' ? allOf(clauses.map((clause) => runCondition(dialect, clause, 'by list'))) : where
  return { where, whereOfMany, ...order, isUsualOrder: orderBy.length === 0 }
}
