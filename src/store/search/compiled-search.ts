import type { Sql } from '../sql/sql.ts'

/** What a search asks for, in MLflow's search language. */
export interface SearchTexts {
  /** Clauses joined by AND; left out or empty for everything. */
  readonly filter?: string | undefined
  /** One column each, with ASC or DESC behind it. */
  readonly orderBy?: readonly string[] | undefined
}

/**
 * A search as parts of a statement. They name the columns of the table of what is searched (`"runs"."name"`), so the
 * statement must have that table under its own name in its FROM.
 */
export interface CompiledSearch {
  /** A condition, in parentheses where it needs them. */
  readonly where: Sql
  /** What stands behind ORDER BY; it leaves no two rows without an order. */
  readonly orderBy: Sql
}
