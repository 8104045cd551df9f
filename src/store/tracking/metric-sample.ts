import { type Sql, sql } from '../sql/sql.ts'
import type { SqlSession } from '../sql/sql-database.ts'
import { identityOf, type MetricRow } from './metric-rows.ts'

const COLUMNS = sql`"key", "value", "timestamp", "step", "is_nan"`
const ORDER = sql`"step", "timestamp", "value", "is_nan"`

/**
 * Values evenly spread over all of a metric, by step, as MLflow 3.17.2 picks them: the first of each of so many parts
 * of nearly one size, and the very last, which takes the place of the last of them where there would be too many.
 * @param from the FROM and WHERE of the values of one metric of one run
 * @param size how many at most, from 1 up
 */
export async function sampleMetric(
  session: SqlSession,
  from: Sql,
  size: number,
): Promise<readonly MetricRow[]> {
  const rows = await session.all<MetricRow>(sql`
    SELECT ${COLUMNS} FROM (
      SELECT ${COLUMNS}, ROW_NUMBER() OVER (PARTITION BY "part" ORDER BY ${ORDER}) AS "place" FROM (
        SELECT ${COLUMNS}, NTILE(${size}) OVER (ORDER BY ${ORDER}) AS "part" ${from}
      ) AS "parted"
    ) AS "placed"
    WHERE "place" = 1 ORDER BY ${ORDER}`)
  const last = await session.first<MetricRow>(sql`
    SELECT ${COLUMNS} ${from}
    ORDER BY "step" DESC, "timestamp" DESC, "value" DESC, "is_nan" DESC LIMIT 1`)
  const lastOfRows = rows.at(-1)
  if (last === undefined || lastOfRows === undefined || identityOf(last) === identityOf(lastOfRows))
    return rows
  return [...(rows.length < size ? rows : rows.slice(0, -1)), last]
}
