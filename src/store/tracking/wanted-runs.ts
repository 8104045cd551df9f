import { commaSeparated, type Sql, sql } from '../sql/sql.ts'
import type { SqlDialect } from '../sql/sql-database.ts'
import { paddedLists } from './statement-sizes.ts'

/** What stands for a run in the rows that are read of it: its id, or its place in the list. */
export type RunMark = string | number

/**
 * Runs whose parts are read by one statement. SQLite is given the list as one parameter and says the place of each run in it,
 * which costs less than its id in each row.
 */
export class WantedRuns {
  readonly ids: readonly string[]
  readonly #dialect: SqlDialect

  private constructor(dialect: SqlDialect, ids: readonly string[]) {
    this.ids = ids
    this.#dialect = dialect
  }

  /** In as many lists as the dialect needs. */
  static of(dialect: SqlDialect, ids: readonly string[]): readonly WantedRuns[] {
    if (ids.length === 0) return []
    const lists = dialect === 'sqlite' ? [ids] : paddedLists(ids)
    return lists.map((list) => new WantedRuns(dialect, list))
  }

  /** What rows have as their mark, given the column of the run's id. */
  mark(runId: Sql): Sql {
    return this.#dialect === 'sqlite' ? sql`"wanted"."place"` : runId
  }

  /** `FROM` a table the rows whose column is the id of one of the runs, with a condition behind it. */
  from(table: Sql, runId: Sql, condition = sql``): Sql {
    if (this.#dialect !== 'sqlite') {
      return sql`FROM ${table} WHERE ${runId} IN (${commaSeparated(this.ids)}) ${condition}`
    }
    // CROSS JOIN keeps the order of the two: each run is looked up by the index of its id (sqlite.org/optoverview.html).
    return sql`FROM (SELECT "key" AS "place", "value" AS "run" FROM json_each(${JSON.stringify(this.ids)})) AS "wanted"
      CROSS JOIN ${table} WHERE ${runId} = "wanted"."run" ${condition}`
  }

  /** The id that a mark stands for. */
  idOf(mark: RunMark): string {
    return typeof mark === 'string' ? mark : (this.ids[mark] ?? '')
  }
}
